"""Outgoing mail: envelopes, invitations, SMTP or a folder."""
