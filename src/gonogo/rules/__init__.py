"""What the verdict rests on: reasons, who may do what, what still counts. Pure."""
