"""What a file says of consent to email, and what stops it until somebody decides."""
