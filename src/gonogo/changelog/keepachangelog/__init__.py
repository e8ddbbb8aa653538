"""A changelog as Keep a Changelog 1.1 has it (https://keepachangelog.com/en/1.1.0/), edited in one place.

`reading` takes a file apart, `releasing` enters a version; who only reads does not load the other.
"""
