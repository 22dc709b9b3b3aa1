"""The director's board, visits and approvals."""
