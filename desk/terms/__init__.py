"""Use cases for the terms that cases were promised: amendments."""
