"""Measurements: protected look-ups against an unprotected baseline, in one run on one server. See docs/performance.md."""
