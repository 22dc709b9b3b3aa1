"""A visit on site: its state, facts, refusals and places (ONS)."""
