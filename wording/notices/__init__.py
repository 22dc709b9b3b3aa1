"""The letters of notices, in the reader's language. Whom to tell is the policy's; sending is the activities'."""
