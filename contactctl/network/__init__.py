"""How bytes reach the service: connections, deadlines, trust, proxy."""
