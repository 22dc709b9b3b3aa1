"""Signing in and out, accounts, passwords and second factors."""
