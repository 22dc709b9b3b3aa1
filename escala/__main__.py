"""`python -m escala` is the `escala` command."""

from escala.cli import app

app()
