"""The agents' queue: tabs, filters, several cases at once, and search."""
