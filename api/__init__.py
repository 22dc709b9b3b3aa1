"""The JSON edge: what integrators and the portal call. It turns requests into commands and rows into answers."""
