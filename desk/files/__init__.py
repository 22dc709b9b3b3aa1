"""Files that people send: which kinds are taken, and what each must be."""
