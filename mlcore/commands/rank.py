"""Put the questions that experts could be asked in an order, by several strategies at once.

EVIDENCE is a safetensors file, S sides by C concepts:

    side       int64 (S,)     the site's id of the side
    coin       int64 (S,)     sides of one coin (and of its doubles) carry the same number
    text       int8 (S, C)    1 the side's text names it, 0 it does not, -1 the side has no text
    other      int8 (S, C)    the same of the text of the coin's other side
    expert     int8 (S, C)    1 yes, 0 no, 2 unsure, -1 nobody was asked; only -1 is still a question
    model      float32 (S, C) probability by the published model, 0..1; NaN where it has none
    embedding  float16 or float32 (S, D)   where that model puts the side; rows of NaN where it has none, D may be 0

PLAN is one JSON object:

    {"concepts": ["eagle", …],                   C names as experts know them, in the order of the columns
     "shares": {"noise_rank": 0.6, "random": 0.1, …},   names of mlcore.ranking.strategies.STRATEGIES; sum is made 1
     "seed": 7,                                  may be missing: 0
     "most": 500000,                             may be missing: how many questions at most
     "most_per_side": 4,                         may be missing: how many on one side at most
     "floor": 0.05}                              may be missing: less suspicion than this is no question (random aside)

ORDER is a safetensors file with N questions, the first to be asked first:

    side       int64 (N,)     the site's id
    concept    int32 (N,)     column of the plan's concepts
    score      float64 (N,)   falls from 1 towards 0 along the order: what to sort by
    suspicion  float32 (N,)   what the strategy itself gave it, 0..1
    strategy   int16 (N,)     number in "strategies" of the JSON file
    reason     int32 (N,)     number in "reasons" of the JSON file

Beside it, the same name with .json:

    {"strategies": ["noise_rank", …],            as numbered above
     "reasons": ["Text says eagle, model 3 %.", …],     sentences of at most 200 characters
     "counts": {"noise_rank": 300000, …},        questions by strategy; one that has nothing to go by has 0
     "silent": {"diversity": "No model has placed the sides yet."},   why a strategy has none
     "concepts": {"eagle": {"present": 812, "absent": 9100, "wrong_present": 0.21, "wrong_absent": 0.01,
                            "expert": 40}, …}}   labels by text, and the shares of them that are estimated wrong
                                                 (Northcutt et al., 2021); null where there is too little to go by

While it works: {"event": "progress", "stage": "ranking", "done": n, "total": n}. The last event is {"event": "done",
"out": ORDER, "questions": N, "counts": {…}, "concepts": {…}}. A file that does not fit ends it with a sentence.
"""

from __future__ import annotations
