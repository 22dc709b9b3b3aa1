"""Journeys on a whole desk of real processes, which the files of this folder share."""
