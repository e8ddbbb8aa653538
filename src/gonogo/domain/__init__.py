"""Pure and frozen: plans, events, observations and commits are data; `now` and `actor` arrive as arguments."""
