"""Rotas, and the pages of whoever is on duty, as tables."""
