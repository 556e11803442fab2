"""Which column fills which field, and a row to the change that it asks for."""
