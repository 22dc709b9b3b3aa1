"""What a case to come would be promised, and the amendments on record."""
