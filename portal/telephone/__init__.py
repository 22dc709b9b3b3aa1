"""The telephone's pages: calls, and who calls."""
