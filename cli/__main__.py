"""`python -m cli` is the `escala` command."""

from cli.main import app

app()
