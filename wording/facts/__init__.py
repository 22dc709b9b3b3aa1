"""The sentences of facts: each reader's in its own module."""
