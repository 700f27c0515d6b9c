"""Counting without looking: numbers from what was counted already, never from opened records."""
