"""Contracts and solutions over HTTP."""
