"""Visits on site: which are open, and the municipalities that one can go to."""
