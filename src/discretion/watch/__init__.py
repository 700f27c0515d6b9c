"""Alarms over the ledger; joins with its own issue."""
