"""YAML with a place for every value, and bounds on what is read."""
