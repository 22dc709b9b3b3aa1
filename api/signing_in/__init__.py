"""Bearer tokens and the audit over HTTP."""
