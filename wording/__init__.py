"""How facts, refusals and instants read, in each reader's language."""
