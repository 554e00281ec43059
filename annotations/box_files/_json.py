"""Reading JSON of strangers."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

MOST_BYTES = 200 * 2**20


class BadFile(ValueError):
    """Says what is wrong with a file or a value in it."""


def read_json(path: Path, shape: type[Any]) -> Any:
    """The content of a JSON file whose outermost value is of this type. Raises BadFile."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadFile(f"The file is larger than {MOST_BYTES // 2**20} MB. Split it.")
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadFile(f"The file cannot be read ({error.strerror}).") from error
    except (ValueError, RecursionError) as error:
        raise BadFile(f"The file is no JSON that can be read ({str(error)[:100]}).") from error
    if not isinstance(content, shape):
        raise BadFile(f"The file holds {type(content).__name__} where {shape.__name__} is expected.")
    return content


def number_of(value: Any, name: str) -> float:
    """A plain number. Raises BadFile for anything else, also for infinity and what is no number."""
    try:
        number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    except OverflowError:
        number = math.inf
    if not math.isfinite(number) or abs(number) > 1e6:
        raise BadFile(f"{name} holds {str(value)[:30]!r}, which is no number between -1,000,000 and 1,000,000.")
    return number
