"""contactctl: manage the contacts of a Loops audience from the command line."""

__version__ = "0.1.0"
