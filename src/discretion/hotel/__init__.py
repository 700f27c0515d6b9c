"""Nouns of the hotel: frozen values, no machine, no clock, no input or output."""
