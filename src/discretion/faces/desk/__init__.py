"""The desk: the face for staff."""
