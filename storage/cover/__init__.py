"""Contracts, solutions, and the announcements of a cover's end."""
