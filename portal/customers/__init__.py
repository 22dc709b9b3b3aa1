"""Customers, their contacts, contracts and cases."""
