"""Reads and checks ledgers from outside: by the auditor's right to entries without openings, or from files."""
