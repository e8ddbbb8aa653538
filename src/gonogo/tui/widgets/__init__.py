"""Widgets of our own, where Textual's cost too much on a slow line."""
