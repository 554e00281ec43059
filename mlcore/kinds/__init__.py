"""One file for each kind of model; found by the registry."""
