"""How large a part of the queue each strategy has until somebody sets other shares."""

DEFAULT_SHARES = {
    "noise_rank": 0.45,
    "disagreement": 0.2,
    "uncertainty": 0.1,
    "rare_first": 0.1,
    "diversity": 0.1,
    "random": 0.05,
}
