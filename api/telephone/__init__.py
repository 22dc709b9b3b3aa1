"""The telephone system's way in."""
