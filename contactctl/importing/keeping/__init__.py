"""What stays on disk: the journal of a run, the memory of what was sent, the rows that failed."""
