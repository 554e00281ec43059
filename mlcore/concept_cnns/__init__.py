"""One convolutional network per concept, each learned from a balanced set of its own."""
