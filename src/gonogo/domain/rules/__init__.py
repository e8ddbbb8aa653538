"""The rules of a verdict, one family a module; `domain.readiness` is their front door."""
