"""The hatch: the messages that cross between house and keeper, and their limits."""
