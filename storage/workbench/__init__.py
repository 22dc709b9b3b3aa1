"""What people keep beside cases: drafts, canned replies, views, presence, replies that may be undone."""
