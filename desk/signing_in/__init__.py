"""Use cases for signing in: passwords, second factors, sessions, and letting people in."""
