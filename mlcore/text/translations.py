"""Names of the same thing in other languages, from a table like that of nomisma.org."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from mlcore.text.languages import LANGUAGES, fold

COLUMNS = ("id", "class", "prop", "lang", "label")
NOMISMA = "http://nomisma.org/id/"


class LabelRow(NamedTuple):
    id: str
    kind: str
    """Class in the authority file, e.g. nmo:Denomination or wordnet:Deity."""
    preferred: bool
    language: str
    label: str


@dataclass(frozen=True)
class Translation:
    id: str
    kind: str
    link: str
    names: dict[str, str]
    """Language to the preferred name."""
    others: dict[str, tuple[str, ...]]
    """Language to further names."""


@dataclass
class Labels:
    """All names of an authority file, and which things have a name."""

    rows: dict[str, list[LabelRow]] = field(default_factory=dict)
    ids: dict[str, list[str]] = field(default_factory=dict)
    """Folded name to the ids that have it, in any language."""


def index_labels(rows: Iterable[LabelRow]) -> Labels:
    labels = Labels()
    for row in rows:
        labels.rows.setdefault(row.id, []).append(row)
        ids = labels.ids.setdefault(fold(row.label), [])
        if row.id not in ids:
            ids.append(row.id)
    return labels


def read_labels(path: Path) -> Labels:
    """Read a table of tab-separated values with the columns id, class, prop (prefLabel or altLabel), lang and label.

    Raises ValueError where a column is missing.
    """
    with path.open(encoding="utf-8-sig", newline="") as stream:
        table = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        missing = [column for column in COLUMNS if column not in (table.fieldnames or ())]
        if missing:
            raise ValueError(f"{path.name} lacks the column {missing[0]}. It needs {', '.join(COLUMNS)}.")
        return index_labels(
            LabelRow(row["id"], row["class"], row["prop"] == "prefLabel", row["lang"], row["label"])
            for row in table
            if row["label"]
        )


def translations(term: str, labels: Labels, languages: Iterable[str] = LANGUAGES) -> list[Translation]:
    """Return what has this name in any language, with its names in these languages; the best known first.

    Case and accents do not count. Empty where the table does not know the name.
    """
    wanted = tuple(languages)
    found = [_translation(labels.rows[identifier], wanted) for identifier in labels.ids.get(fold(term), ())]
    return sorted(found, key=lambda translation: (-len(translation.names), translation.id))


def names_by_kind(labels: Labels, kinds: Mapping[str, str]) -> dict[str, set[str]]:
    """Return vocabularies for `candidates`: kinds maps a class (nmo:Mint) to the name of a vocabulary (mints)."""
    vocabularies: dict[str, set[str]] = {name: set() for name in kinds.values()}
    for rows in labels.rows.values():
        for row in rows:
            if row.kind in kinds:
                vocabularies[kinds[row.kind]].add(row.label)
    return vocabularies


def _translation(rows: list[LabelRow], languages: tuple[str, ...]) -> Translation:
    names: dict[str, str] = {}
    others: dict[str, list[str]] = {}
    for row in rows:
        if row.language in languages and row.preferred:
            names.setdefault(row.language, row.label)
        elif row.language in languages:
            others.setdefault(row.language, []).append(row.label)
    rest = {language: tuple(labels) for language, labels in others.items()}
    return Translation(rows[0].id, rows[0].kind, NOMISMA + rows[0].id, names, rest)
