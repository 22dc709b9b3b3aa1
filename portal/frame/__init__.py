"""The frame of every page: its making, the session, forms, and where pages are put together."""
