"""Incidents of service providers over HTTP."""
