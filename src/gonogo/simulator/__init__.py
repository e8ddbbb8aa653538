"""Shipped make-believe: a fleet on loopback, its scenarios, demo repositories, the rehearsal that joins them."""
