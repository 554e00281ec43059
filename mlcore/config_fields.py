"""What a Config offers, read from its class: for the form, the API schema, the command line and the checks."""

from __future__ import annotations

import ast
import inspect
import itertools
import math
import textwrap
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, TypeVar

from mlcore.contract import LearningError

Part = TypeVar("Part", bound=Any)
_LABELS = {
    "ema": "Averaging of weights",
    "test_time_rotations": "Test-time rotations",
    "final_relu": "Final ReLU",
}
_WORDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}


@dataclass(frozen=True)
class FieldInfo:
    """One field of a Config."""

    name: str
    label: str
    type: Literal["int", "float", "bool", "str"]
    default: Any
    help: str
    choices: tuple[str, ...] = ()
    """Empty: any value of the type."""
    minimum: float | None = None
    maximum: float | None = None

    @property
    def allowed(self) -> str:
        """What may stand in the field, as the end of a sentence."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        words = _WORDS[{"int": int, "float": float, "bool": bool, "str": str}[self.type]]
        return words if self.minimum is None else f"{words} from {self.minimum:g} to {self.maximum:g}"


def bounded(default: float, minimum: float, maximum: float) -> Any:
    """A dataclass field that holds a number between two bounds, both included."""
    return field(default=default, metadata={"minimum": minimum, "maximum": maximum})


def describe_fields(config: type) -> tuple[FieldInfo, ...]:
    """Read the fields of a dataclass with the docstring under each."""
    hints, helps = typing.get_type_hints(config), _read_docstrings(config)
    return tuple(
        FieldInfo(
            name=item.name,
            label=_LABELS.get(item.name, item.name.replace("_", " ").capitalize()),
            type="str" if typing.get_origin(hints[item.name]) is Literal else hints[item.name].__name__,
            default=item.default,
            help=helps.get(item.name, ""),
            choices=typing.get_args(hints[item.name]),
            minimum=item.metadata.get("minimum"),
            maximum=item.metadata.get("maximum"),
        )
        for item in fields(config)
    )


def _read_docstrings(config: type) -> dict[str, str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(config))).body[0]
    body = tree.body if isinstance(tree, ast.ClassDef) else []
    found = {}
    for above, below in itertools.pairwise(body):
        if isinstance(above, ast.AnnAssign) and isinstance(above.target, ast.Name) and isinstance(below, ast.Expr):
            found[above.target.id] = " ".join(str(ast.literal_eval(below.value)).split())
    return found


def check_fields(config: Any) -> None:
    """Raise LearningError that names the first field whose value is not allowed; call it in `__post_init__`."""
    for info in describe_fields(type(config)):
        check_value(info, getattr(config, info.name))


def check_value(info: FieldInfo, value: Any) -> Any:
    """Return the value as the field's type (1 becomes 1.0 in a float field). Raises LearningError."""
    if info.type == "float" and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    right = type(value).__name__ == info.type
    if right and info.choices:
        right = value in info.choices
    if right and isinstance(value, int | float) and not isinstance(value, bool):
        right = math.isfinite(value)
        if info.minimum is not None and info.maximum is not None:
            right = right and info.minimum <= value <= info.maximum
    if not right:
        raise LearningError(f"{info.name} is {value!r}; it must be {info.allowed}.")
    return value


def part_of(settings: Mapping[str, Any], wanted: type[Part]) -> Part:
    """A dataclass made of those settings that it has fields for; its other fields keep their defaults."""
    names = {item.name for item in fields(wanted)}
    part: Part = wanted(**{name: value for name, value in settings.items() if name in names})
    return part


def check_mapping(infos: tuple[FieldInfo, ...], mapping: Mapping[str, Any]) -> dict[str, Any]:
    """Check the values of a JSON object against the fields. Raises LearningError naming the field and the value."""
    by_name = {info.name: info for info in infos}
    for name in mapping:
        if name not in by_name:
            raise LearningError(f"{name} is not a setting of this kind; its settings are {', '.join(by_name)}.")
    return {name: check_value(by_name[name], value) for name, value in mapping.items()}
