"""Flags that commands share, and what turns a function with them into a command."""
