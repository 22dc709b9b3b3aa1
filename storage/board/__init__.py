"""Figures: the director's board, the process map, and metrics."""
