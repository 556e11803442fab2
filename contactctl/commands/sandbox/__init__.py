"""sandbox: its flags, its server and its commands."""
