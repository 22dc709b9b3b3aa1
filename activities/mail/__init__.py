"""How mail is made and leaves: envelopes, invitations, SMTP or a folder."""
