"""Use cases for what providers publish of their incidents."""
