"""The worker's I/O: activities are methods of dataclasses whose fields are what they depend on. No rule lives here."""
