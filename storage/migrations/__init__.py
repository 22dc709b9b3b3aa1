"""How the tables came to be, step by step. Forward only: no migration can be undone (a backup can)."""
