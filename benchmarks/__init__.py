"""One file per figure: each is run as a module, and its last line is JSON."""
