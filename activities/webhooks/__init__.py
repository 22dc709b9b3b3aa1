"""Sending webhooks: what a delivery says, how it is signed, and where it may not lead."""
