"""Bearer tokens over HTTP."""
