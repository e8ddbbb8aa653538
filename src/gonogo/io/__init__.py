"""One outside thing per file: files, git, journals, networks, clocks."""
