"""One poller per host and release: sessions on one machine share who asks, and what was answered.

`lease` decides who asks a source, `publication` writes what this session observed, `others` reads what the others
did, `record` is the line between them, `turns` puts these together for the poller. See
docs/decisions/0007-one-poller-per-host-and-release.md.
"""
