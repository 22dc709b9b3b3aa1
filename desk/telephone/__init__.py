"""The telephone: what its system tells, who calls, and logging a call from a number."""
