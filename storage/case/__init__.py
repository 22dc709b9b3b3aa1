"""The record of cases, and what lists and pages read of it."""
