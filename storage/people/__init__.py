"""Customers, contacts and agents."""
