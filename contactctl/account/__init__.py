"""What the account declares, kept between commands."""
