"""Pictures of coins: read safely, cut into sides."""
