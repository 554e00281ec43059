"""Finds the kinds of model by listing the folder `kinds`. Loads no torch, and neither does the top of any kind."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from mlcore.config_fields import FieldInfo, check_mapping, describe_fields
from mlcore.contract import LearningError

KINDS = Path(__file__).parent / "kinds"
_JSON_TYPES = {"int": "integer", "float": "number", "bool": "boolean", "str": "string"}


@dataclass(frozen=True)
class KindInfo:
    """A kind of model as the form, the API and the command line show it."""

    name: str
    label: str
    help: str
    """The docstring of its module."""
    learns_from: Literal["sides", "texts"]
    """Which snapshots it trains on, and so what it predicts for."""
    config: type
    fields: tuple[FieldInfo, ...]
    shares_work: bool
    """Whether several processes, one per graphics card, can learn a model together."""
    presets: Mapping[str, Any]
    """Label to a Config; the first is the one to offer a beginner."""


@functools.cache
def kinds() -> dict[str, KindInfo]:
    """All kinds, by name; first the one to offer a beginner, which says `FIRST = True`."""
    names = sorted(path.stem for path in KINDS.glob("*.py") if not path.stem.startswith("_"))
    modules = {name: importlib.import_module(f"mlcore.kinds.{name}") for name in names}
    names.sort(key=lambda name: not getattr(modules[name], "FIRST", False))
    return {name: _describe(name, modules[name]) for name in names}


def _describe(name: str, module: ModuleType) -> KindInfo:
    return KindInfo(
        name=name,
        label=module.LABEL,
        help=(module.__doc__ or "").strip(),
        learns_from=getattr(module, "LEARNS_FROM", "sides"),
        config=module.Config,
        fields=describe_fields(module.Config),
        shares_work=getattr(module, "SHARES_WORK", False),
        presets=getattr(module, "PRESETS", {}),
    )


def kind_info(name: str) -> KindInfo:
    """Raises LearningError for a name that no file in `kinds` has."""
    if name not in kinds():
        raise LearningError(f"There is no kind of model called {name!r}; there are {', '.join(kinds())}.")
    return kinds()[name]


def load_kind(name: str) -> ModuleType:
    """The module of a kind, with `train`, `predict` and what else it offers. Raises LearningError."""
    return importlib.import_module(f"mlcore.kinds.{kind_info(name).name}")


def config_from(kind: str, mapping: Mapping[str, Any]) -> Any:
    """Make a Config from a JSON object; what is not named keeps its default.

    Raises LearningError for an unknown name or a value that is not allowed, naming both and what is.
    """
    info = kind_info(kind)
    return info.config(**check_mapping(info.fields, mapping))


def config_schema(kind: str) -> dict[str, Any]:
    """The Config of a kind as a JSON Schema object."""
    info = kind_info(kind)
    return {
        "type": "object",
        "title": info.label,
        "additionalProperties": False,
        "properties": {item.name: _property(item) for item in info.fields},
    }


def _property(item: FieldInfo) -> dict[str, Any]:
    limits = {"enum": list(item.choices) or None, "minimum": item.minimum, "maximum": item.maximum}
    return {
        "type": _JSON_TYPES[item.type],
        "title": item.label,
        "description": item.help,
        "default": item.default,
    } | {key: value for key, value in limits.items() if value is not None}
