"""The incidents of service providers."""
