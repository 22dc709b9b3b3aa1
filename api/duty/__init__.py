"""Duty over HTTP: rotas, overrides, swaps, and the pages of whoever is called."""
