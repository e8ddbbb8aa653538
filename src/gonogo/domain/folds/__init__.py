"""What the events of each topic add up to: types and folds. `domain.state` puts them together."""
