"""Customers, contacts, agents and groups over HTTP."""
