"""Networks and what stands around them: pictures in, devices, weights."""
