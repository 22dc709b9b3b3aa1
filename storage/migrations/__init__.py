"""The migrations of the tables, step by step. Forward only: none can be undone (a backup can)."""
