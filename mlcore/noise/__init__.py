"""What several sources that err say together."""
