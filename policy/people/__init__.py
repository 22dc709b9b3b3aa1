"""Customers, their contacts, and the specialist groups (REQ)."""
