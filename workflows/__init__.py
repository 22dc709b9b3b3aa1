"""Workflows: they wait and keep order. No rules, no I/O."""
