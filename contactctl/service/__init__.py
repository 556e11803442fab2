"""The service's API from this side: calls, attempts, replies."""
