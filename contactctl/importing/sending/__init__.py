"""Rows to the service: their order, the threads that send them, one result each."""
