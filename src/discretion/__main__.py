"""The program `discretion`, also as `python -m discretion`."""

from __future__ import annotations

from discretion.faces.cli.frame import main

if __name__ == "__main__":
    main()
