"""Maps of what in a picture speaks for a concept."""
