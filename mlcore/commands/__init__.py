"""The commands behind python -m mlcore."""
