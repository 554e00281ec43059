"""Figures about answers and predictions; numpy only."""
