"""Webhooks and their deliveries, as tables."""
