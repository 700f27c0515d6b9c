"""Discretion 守客: nobody looks a guest up without a reason, and the guest can see who did."""
