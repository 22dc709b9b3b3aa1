"""Mail that comes in: who wrote it, whether a person did, where it belongs and what becomes of it."""
