"""The look at a whole file before the first write, and what it found."""
