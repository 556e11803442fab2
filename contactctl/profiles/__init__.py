"""Named API keys, and which of them a run uses."""
