"""Counting without looking; joins with its own issue."""
