"""Where the training of a recogniser stands, in checkpoints that a killed run goes on from."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch
from thinc.api import Model, Optimizer

from mlcore.checkpoint import Checkpoints, Tensors
from mlcore.contract import Report
from mlcore.entity_recogniser import Arrays, arrays_of, put_arrays


@dataclass
class Standing:
    """Where a run stands after an epoch, as far as it is plain data."""

    epoch: int = 0
    seconds: float = 0.0
    best_epoch: int = 0
    best_f1: float = -1.0
    epochs: list[dict[str, Any]] = field(default_factory=list)
    updates: dict[str, int] = field(default_factory=dict)
    """Steps that the optimiser made with each parameter."""


def save_state(
    checkpoints: Checkpoints, model: Model[Any, Any], optimiser: Optimizer, standing: Standing, best: Arrays
) -> None:
    """Keep weights, best weights, optimiser and standing; parameters are named by the place of their layer."""
    places = {layer.id: place for place, layer in enumerate(model.walk())}
    arrays = {
        f"{part}.{places[layer]}.{name}": value
        for part, values in _parts(optimiser).items()
        for (layer, name), value in values.items()
    }
    arrays |= {f"net.{name}": value for name, value in arrays_of(model).items()}
    arrays |= {f"best.{name}": value for name, value in best.items()}
    standing.updates = {f"{places[layer]}.{name}": count for (layer, name), count in optimiser.nr_update.items()}
    tensors = {name: torch.from_numpy(np.array(value)) for name, value in arrays.items()}
    checkpoints.save(standing.epoch, tensors, {"standing": asdict(standing)})


def resume_state(
    checkpoints: Checkpoints, model: Model[Any, Any], optimiser: Optimizer, report: Report
) -> tuple[Standing, Arrays]:
    """Put everything back as `save_state` found it, and return standing and best weights; those of now at a start."""
    found = checkpoints.latest()
    for sentence in checkpoints.complaints(found):
        report({"event": "notice", "message": sentence})
    if not found:
        return Standing(), arrays_of(model)
    tensors, about = found
    standing = Standing(**about["standing"])
    put_arrays(model, _part(tensors, "net"))
    layers = {str(place): layer.id for place, layer in enumerate(model.walk())}
    for part, values in _parts(optimiser).items():
        for key, value in _part(tensors, part).items():
            place, name = key.split(".", 1)
            values[layers[place], name] = np.array(value)
    for key, count in standing.updates.items():
        place, name = key.split(".", 1)
        optimiser.nr_update[layers[place], name] = count
    return standing, _part(tensors, "best")


def _parts(optimiser: Optimizer) -> dict[str, dict[tuple[int, str], Any]]:
    averages: Any = optimiser.averages
    return {"mom1": optimiser.mom1, "mom2": optimiser.mom2, "averages": averages}


def _part(tensors: Tensors, part: str) -> Arrays:
    return {name[len(part) + 1 :]: each.numpy() for name, each in tensors.items() if name.startswith(f"{part}.")}
