"""The portal: the guest's own face; joins with its own issue."""
