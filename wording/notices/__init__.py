"""The letters of notices, in the reader's language. Who is told is the policy's; sending is activities'."""
