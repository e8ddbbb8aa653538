"""The cockpit. The only package that knows Textual; imported only when a screen is wanted."""
