"""When the next request may be sent, and how long a service is waited for."""
