"""Mail that comes in: taking it, reading it in a process of its own, and doing what the policy says of it."""
