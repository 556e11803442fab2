"""Shell completion of our own: answered before Typer, or anything else, is imported."""
