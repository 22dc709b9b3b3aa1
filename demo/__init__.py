"""A desk to try Escala with: invented customers and the cases that they opened. Never in a production profile."""
