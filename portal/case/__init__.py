"""A case's page, its forms and its stream, and the form that opens one."""
