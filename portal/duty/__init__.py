"""The rooms of duty: who is on, who was paged, and the link that acknowledges."""
