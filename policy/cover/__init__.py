"""Contracts, warranties and equipment: what covers a case, and until when (WAR)."""
