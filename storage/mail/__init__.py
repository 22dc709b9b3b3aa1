"""Mail that came in, as it came and what it did; and what is known of the mail that left."""
