"""import: its flags, one call of it, its sending and its answers."""
