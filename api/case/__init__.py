"""Cases over HTTP: opening, commands, lists, timeline, clocks and stream."""
