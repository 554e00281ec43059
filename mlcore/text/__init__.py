"""What is written about coins: its language, its sides, its concepts."""
