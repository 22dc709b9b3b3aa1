"""The only SQL, and the edges where facts from outside become values."""
