"""What every face shares: templates, words, look, language."""
