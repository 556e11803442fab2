"""Plans and undo files: written, read, and carried out."""
