"""Hours of attention, clocks, and how their time is explained."""
