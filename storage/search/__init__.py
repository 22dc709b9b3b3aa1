"""The index of words, and what a search finds in it."""
