"""Help: what the pages say, and how they are drawn."""
