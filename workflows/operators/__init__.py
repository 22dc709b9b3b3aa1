"""The texts that operators read in Temporal's UI: short, in Spanish, ids only."""
