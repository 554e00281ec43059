"""How quickly a trained concept model answers, from picture files to logits."""

from __future__ import annotations

import time

import torch
from torch import nn

from mlcore.concepts.data import Numbers, PictureInputs
from mlcore.contract import LearningError, Report
from mlcore.distributed import crew
from mlcore.features import BATCH

WARM, ENOUGH = 0.5, 3.0
"""Seconds that a batch may take before it grows no more, and seconds after which no further batch is timed."""


def answering_rate(net: nn.Module, inputs: PictureInputs, numbers: Numbers, report: Report) -> float | None:
    """Samples answered in a second by all processes together; None without samples.

    `inputs` are to read their pictures from files each time; `numbers` (n,) are those of the samples that may be
    shown. The first pass, which warms up, says nothing. Then batches grow, untimed, to the size that predictions use or
    to what half a second suffices for, and a few seconds are timed. All processes must call it together. Raises
    LearningError for a picture that cannot be read.
    """
    if not len(numbers):
        return None
    net.eval()
    mine, size, done, seconds = numbers[crew().share(numbers)], 1, 0, 0.0
    if len(mine):
        _pass(net, inputs, mine[:1])
    while size < min(BATCH, len(mine)) and _pass(net, inputs, mine[:size]) < WARM:
        size *= 2
    while done < len(mine) and seconds < ENOUGH:
        crew().tell(report, {"event": "progress", "stage": "timing answers", "done": done, "total": len(mine)})
        part = mine[done : done + size]
        seconds += _pass(net, inputs, part)
        done += len(part)
    return round(crew().sum(done / seconds if seconds else 0.0), 1)


def rate_if_readable(net: nn.Module, inputs: PictureInputs, numbers: Numbers, report: Report) -> float | None:
    """The same; None, and a notice, where a picture has gone since: that takes nothing from what was learned.

    Among several processes it is raised all the same: the others wait for this one's share.
    """
    try:
        return answering_rate(net, inputs, numbers, report)
    except LearningError as error:
        if crew().size > 1:
            raise
        report({"event": "notice", "message": f"How quickly the model answers was not measured: {error}"})
        return None


@torch.inference_mode()
def _pass(net: nn.Module, inputs: PictureInputs, numbers: Numbers) -> float:
    """Seconds for one batch."""
    began = time.perf_counter()
    net(inputs.batch(numbers, None)).cpu()
    return time.perf_counter() - began
