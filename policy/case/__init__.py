"""A case: its state, commands, facts and life."""
