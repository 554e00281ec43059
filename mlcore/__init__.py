"""Machine learning on coins, without Django: usable from a notebook, a command line and the site."""
