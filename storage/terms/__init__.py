"""The terms of cases to come, and the amendments on record."""
