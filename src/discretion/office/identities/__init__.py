"""Generated people for the demo and for benchmarks. Nobody here lives; every record says that it is generated."""
