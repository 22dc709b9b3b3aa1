"""The outbox, and who was told that their plan lacks a channel."""
