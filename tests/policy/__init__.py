"""Checks of a whole policy: every situation, every property, every mutant, and a referee."""
