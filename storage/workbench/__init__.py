"""The workbench beside cases: drafts, canned replies, views, presence, replies that may be undone."""
