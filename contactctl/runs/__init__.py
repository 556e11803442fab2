"""What commands over many contacts share."""
