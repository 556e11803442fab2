"""How a text or a JSON value becomes the value of a field."""
