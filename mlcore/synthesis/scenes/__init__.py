"""What stands on reverses: each scene is one function of a pen at the middle of the die."""
