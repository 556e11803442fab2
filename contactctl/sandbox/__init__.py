"""A local stand-in for the service: its rules over one SQLite file, answered at the HTTP level."""
