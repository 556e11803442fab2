"""One module per noun; a command turns flags into a value, asks, and shows a value."""
