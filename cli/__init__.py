"""The command `escala`: processes, migrations, accounts and tokens, and cases seen from a terminal."""
