"""What service providers published."""
