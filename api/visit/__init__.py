"""Visits on site over HTTP."""
