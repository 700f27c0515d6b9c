"""The keeper's database: gather, append, and what sign-in needs. Named SQL, nothing else."""
