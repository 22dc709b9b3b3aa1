"""What every page shares: how one is made, the session, forms, and where pages are put together."""
