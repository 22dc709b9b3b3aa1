"""The duty: changing who is on it, paging whoever is, and calendars."""
