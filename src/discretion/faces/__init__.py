"""Everything a person sees or reads."""
