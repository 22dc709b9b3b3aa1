"""The duty: who is on it, and how a page goes from one to the next."""
