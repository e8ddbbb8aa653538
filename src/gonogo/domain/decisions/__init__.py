"""Which wishes become facts, one topic in each module. `domain.decide` puts them together."""
