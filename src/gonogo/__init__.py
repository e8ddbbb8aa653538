"""gonogo: the release cockpit for the terminal."""

# a constant: reading it from the installed metadata costs 31 ms at every start
__version__ = "0.1.0"
