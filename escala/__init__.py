"""Escala: a support desk whose promises keep themselves."""
