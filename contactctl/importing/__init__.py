"""Many contacts from a file: read, checked, paced, sent, and remembered row by row."""
