"""The wording of facts, refusals and instants, in each reader's language."""
