"""Webhooks: how long a delivery is tried, and when an endpoint that fails is left alone."""
