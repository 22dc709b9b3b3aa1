"""The application: one use case a function, values in and values out. No HTTP, no HTML, no SQL."""
