"""Door controllers: who may report comings and goings, in which form, and what becomes of a report."""
