"""The audit: security acts, each with who did it, from where, and to what."""
