"""Use cases for contracts, solutions and what covers a customer."""
