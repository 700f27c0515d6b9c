"""The JSON face, version 1."""
