"""How large a part of the queue each strategy has until somebody sets other shares, and what is too few to judge."""

FEWEST_LEFT = 20
"""Open labels of a concept, below which no share of wrong ones among them is given."""

DEFAULT_SHARES = {
    "noise_rank": 0.45,
    "disagreement": 0.2,
    "uncertainty": 0.1,
    "rare_first": 0.1,
    "diversity": 0.1,
    "random": 0.05,
}
