"""Keys and sealed boxes: a box opens only against a receipt."""
