"""Which field the name of a column or of a JSON key means."""
