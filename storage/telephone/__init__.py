"""Calls that a telephone system told of."""
