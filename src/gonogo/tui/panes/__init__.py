"""The panes: each takes a snapshot, asks `present` for rows, shows them by key, and knows no other pane."""
