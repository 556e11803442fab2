"""From flags to a change, and what it would do."""
