"""profile: its flags, its commands and its answers."""
