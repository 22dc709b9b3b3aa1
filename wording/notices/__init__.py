"""What notices say, in the reader's language. Who is told, and when, is the policy's; sending is done beside this."""
