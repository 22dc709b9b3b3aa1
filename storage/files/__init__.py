"""Files: what is known of each, and where their bytes lie."""
