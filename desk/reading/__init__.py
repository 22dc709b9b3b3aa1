"""Reading: what a page or an answer shows, as frozen values, each read as one snapshot."""
