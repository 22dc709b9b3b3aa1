"""Use cases for customers, their contacts, agents and groups."""
