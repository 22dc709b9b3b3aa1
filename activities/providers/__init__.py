"""Polling of the feeds on which service providers publish their incidents (SCOPE-6)."""
