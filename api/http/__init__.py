"""What every operation shares: the app, problems, bodies, access, limits and the OpenAPI document."""
