"""Who is on duty, over HTTP: rotas, overrides, swaps, and the pages of whoever is called."""
