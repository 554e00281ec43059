"""Names that an authority file gives to persons, gods, mints and materials, brought into the database."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from annotations.models import AuthorityName
from mlcore.contract import Report
from mlcore.text.languages import fold

COLUMNS = ("id", "class", "prop", "lang", "label")
NOMISMA = "http://nomisma.org/id/"
BATCH = 5000
LONGEST = 300
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


class NamesRefused(Exception):
    """The file cannot be read as a list of names; the message says what was wrong."""


def import_names(*, path: Path, report: Report = lambda event: None) -> dict[str, int]:
    """Bring in a table of nomisma's labels; the same file again changes nothing. Returns counts.

    The file is read twice, so that a thing's preferred names come before its other ones; never kept whole.
    """
    total = 2 * path.stat().st_size
    counts = {"names": 0, "new": 0, "refused": 0}
    before = AuthorityName.objects.count()
    for turn, preferred in enumerate((True, False)):
        rows = _read(path, preferred, counts)
        while batch := list(islice(rows, BATCH)):
            names = {(name.uri, name.language, name.name): name for name, _ in batch}
            AuthorityName.objects.bulk_create(
                names.values(),
                update_conflicts=True,
                unique_fields=["uri", "language", "name"],
                update_fields=["kind", "folded"],
            )
            counts["names"] += len(names)
            done = (total * turn) // 2 + batch[-1][1]
            report({"event": "progress", "stage": "reading names", "done": done, "total": total})
    counts["new"] = AuthorityName.objects.count() - before
    return counts


def _read(path: Path, preferred: bool, counts: dict[str, int]) -> Iterator[tuple[AuthorityName, int]]:
    """Yield names of one sort, each with how many bytes were read. Raises NamesRefused."""
    with path.open("rb") as stream:
        lines = (line.decode("utf-8-sig", errors="strict") for line in iter(stream.readline, b""))
        rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        try:
            place = _places(next(rows, []), path)
            for row in rows:
                if len(row) <= max(place.values()):
                    counts["refused"] += preferred
                elif (row[place["prop"]] == "prefLabel") is preferred:
                    if name := _name(*(row[place[column]].strip() for column in ("id", "class", "lang", "label"))):
                        yield name, stream.tell()
                    else:
                        counts["refused"] += 1
        except UnicodeDecodeError as error:
            raise NamesRefused(f"{path.name} is not UTF-8 after row {rows.line_num}. Save it as UTF-8.") from error


def _places(header: list[str], path: Path) -> dict[str, int]:
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        raise NamesRefused(
            f"{path.name} has no column {', '.join(missing)}. It must be a table with tabs and the columns "
            f"{', '.join(COLUMNS)}."
        )
    return {column: header.index(column) for column in COLUMNS}


def _name(identifier: str, kind: str, language: str, label: str) -> AuthorityName | None:
    """A name as a row, or None where it cannot be one."""
    uri = identifier if "://" in identifier else NOMISMA + identifier
    folded = fold(label)
    if not identifier or not label or max(len(uri), len(label)) > LONGEST or len(language) > 16:
        return None
    return AuthorityName(uri=uri, kind=_kind(kind), language=language, name=label, folded=folded)


def _kind(kind: str) -> str:
    """`nmo:TypeSeries` becomes “type series”."""
    return _CAMEL.sub(" ", re.split(r"[:_]", kind.split("|")[0])[-1]).lower()[:60]
