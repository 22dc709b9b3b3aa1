"""The HTML edge: pages of customers, agents and the director. They ask what the API asks, of the same doors."""
