"""How bytes reach the service: addresses, sockets, trust, deadlines."""
