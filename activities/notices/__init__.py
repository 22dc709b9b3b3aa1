"""The delivery of notices."""
