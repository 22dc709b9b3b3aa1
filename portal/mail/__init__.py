"""Mail that comes in, as agents look at it."""
