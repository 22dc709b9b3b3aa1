"""The outbox, the addresses of recipients, and the notices that a plan lacks a channel."""
