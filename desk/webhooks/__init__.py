"""Keeping webhooks, sending what they are told of, and telling their owners where they fail."""
