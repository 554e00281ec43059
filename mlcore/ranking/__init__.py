"""Which question of a side and a concept an expert should be asked next: one strategy a file."""
