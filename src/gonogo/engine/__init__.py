"""What keeps a session going: what is asked, when, and what becomes of the answers."""
