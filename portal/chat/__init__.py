"""The chat: where a customer begins one and goes on with it, and the desk's list of those that wait."""
