"""Repositories, through one door."""
