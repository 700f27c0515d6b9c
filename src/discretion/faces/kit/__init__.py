"""What every face shares: templates, words, look, language."""

from pathlib import Path

TEMPLATES = Path(__file__).resolve().parent / "templates"
