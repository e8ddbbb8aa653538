"""Full-screen views above the panes."""
