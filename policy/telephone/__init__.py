"""The telephone: numbers in one form, and a call as a telephone system tells of it."""
