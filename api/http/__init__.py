"""The HTTP of every operation: the app, problems, bodies, access, limits and the OpenAPI document."""
