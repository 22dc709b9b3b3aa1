"""The worker's I/O: each activity is a method of a dataclass whose fields are what it depends on. No rule lives here."""
