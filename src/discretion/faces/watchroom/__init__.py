"""The watchroom: the face for auditors and reviewers; joins with its own issue."""
