"""Files in: readers of other systems' layouts, the plan of an import, and the run that seals and writes it."""
