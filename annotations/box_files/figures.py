"""Main figures: a list of `{"record_id", "side": obv or rev, "xyxy", "drawn_by_hand"}`, in pixels of the photograph."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from annotations.box_files._json import BadFile, number_of, read_json
from annotations.records import BoxRecord, RefusedRecord

LABEL = "Main figures"
DESCRIPTION = (
    "A JSON list with the main figure of each side, as it comes with the coins of the American Numismatic Society."
)
SUFFIX = ".json"
FACES: dict[Any, Literal["obverse", "reverse"]] = {"obv": "obverse", "rev": "reverse"}


def read(path: Path) -> Iterator[BoxRecord | RefusedRecord]:
    try:
        rows = read_json(path, list)
    except BadFile as error:
        yield RefusedRecord(0, path.name, "", "", str(error))
        return
    for number, row in enumerate(rows, start=1):
        try:
            yield _record(number, row)
        except BadFile as error:
            yield RefusedRecord(number, path.name, "xyxy", str(row)[:100], str(error))
        except (KeyError, TypeError, ValueError) as error:
            reason = f"The entry needs record_id, side (obv or rev), xyxy and drawn_by_hand ({error})."
            yield RefusedRecord(number, path.name, "", str(row)[:100], reason)


def _record(number: int, row: dict[str, Any]) -> BoxRecord:
    left, top, right, bottom = (number_of(each, "xyxy") for each in row["xyxy"])
    if right <= left or bottom <= top:
        raise BadFile("The box has no area: xyxy is left, top, right, bottom.")
    return BoxRecord(
        row=number,
        coin=str(row["record_id"]),
        face=FACES[row["side"]],
        picture=f"{row['record_id']}.{row['side']}.jpg",
        width=0,
        height=0,
        left=left,
        top=top,
        right=right,
        bottom=bottom,
        by_hand=row["drawn_by_hand"] is True,
    )
