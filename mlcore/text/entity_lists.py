"""Lists of what descriptions name (persons, objects, animals, plants, verbs), as Corpus Nummorum keeps them in CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from mlcore.contract import LearningError

EntityLabel = Literal["PERSON", "OBJECT", "ANIMAL", "PLANT", "VERB"]
LABELS: tuple[EntityLabel, ...] = get_args(EntityLabel)
"""A name that stands in several lists is of the first of these."""
LIST_FILES: dict[str, EntityLabel] = {
    "nlp_list_person.csv": "PERSON",
    "nlp_list_obj.csv": "OBJECT",
    "nlp_list_animal.csv": "ANIMAL",
    "nlp_list_plant.csv": "PLANT",
    "nlp_list_verb.csv": "VERB",
}
HIERARCHY_FILE = "nlp_hierarchy.csv"
NameKind = Literal["preferred", "alternative", "misspelling"]

_COLUMNS: dict[str, tuple[str, NameKind]] = {
    "name": ("en", "preferred"),
    "name_en": ("en", "preferred"),
    "name_german": ("de", "preferred"),
    "name_ger": ("de", "preferred"),
    "alternativenames": ("", "alternative"),
    "alternativenames_en": ("en", "alternative"),
    "alternativenames_ger": ("de", "alternative"),
    "typos": ("", "misspelling"),
    "typos_en": ("en", "misspelling"),
    "typos_ger": ("de", "misspelling"),
}
_NAMES = (("name", "name_en"), ("name_german", "name_ger"))
_EMPTY = ("", "NULL")


@dataclass(frozen=True)
class EntityName:
    text: str
    language: str
    """ISO 639-1, or empty where the list does not say."""
    kind: NameKind


@dataclass(frozen=True)
class Entity:
    """One row of a list."""

    id: str
    """Label and number of the list, for example animal-22."""
    label: EntityLabel
    names: tuple[EntityName, ...]
    """At least one; the first is the one to show."""
    link: str
    """Address in an authority file, or empty."""
    classes: tuple[str, ...]
    """From the list's own columns, in their order."""
    description: str

    @property
    def name(self) -> str:
        return self.names[0].text

    @property
    def is_proper(self) -> bool:
        """Whether the English name is written with a capital: Apollo, not eagle."""
        return self.name[:1].isupper()


@dataclass(frozen=True)
class EntityClass:
    name: str
    link: str
    above: str
    """The class that it is a part of."""
    above_link: str


@dataclass(frozen=True)
class EntityLists:
    entities: tuple[Entity, ...]
    """In the order of LABELS, then of the files."""
    hierarchy: Mapping[str, EntityClass]
    """Class to what is above it; may be empty."""

    def classes_of(self, entity: Entity) -> tuple[str, ...]:
        """The classes of an entity with all that stand above them, nearest first, each once."""
        reached = list(entity.classes)
        for name in reached:  # grows while it is walked
            found = self.hierarchy.get(name)
            if found and found.above not in reached:
                reached.append(found.above)
        return tuple(reached)


def read_entity_lists(folder: Path) -> EntityLists:
    """Read the lists that stand in the folder under the names of LIST_FILES, and HIERARCHY_FILE where there is one.

    Raises LearningError, naming file and line, where there is no list at all, where a file is no CSV in UTF-8 or lacks
    the columns id, link and a name, and where a row has another number of cells than the head, no id, an id that was
    there before, no name, or a link that is no web address.
    """
    paths = [folder / name for name in LIST_FILES if (folder / name).is_file()]
    if not paths:
        raise LearningError(f"The folder {folder} holds no list of entities. Put {', '.join(LIST_FILES)} there.")
    entities = [entity for path in paths for entity in _read_list(path)]
    hierarchy = folder / HIERARCHY_FILE
    classes = list(_read_classes(hierarchy)) if hierarchy.is_file() else []
    return EntityLists(tuple(entities), {each.name: each for each in classes})


def _read_list(path: Path) -> Iterator[Entity]:
    label, seen = LIST_FILES[path.name], set[str]()
    for line, row in _rows(path, ("id", "link"), _NAMES):
        if not row["id"] or row["id"] in seen:
            raise LearningError(f"{path.name}, line {line}: the id {row['id']!r} is empty or was there before.")
        seen.add(row["id"])
        names = tuple(dict.fromkeys(_names(row)))
        if not names:
            raise LearningError(f"{path.name}, line {line}: the entity {row['id']} has no name. Write one.")
        yield Entity(
            id=f"{label.lower()}-{row['id']}",
            label=label,
            names=names,
            link=_link(path, line, row["link"]),
            classes=tuple(row[column] for column in row if column.startswith("Cat_") and row[column]),
            description=row.get("description", ""),
        )


def _names(row: Mapping[str, str]) -> Iterator[EntityName]:
    for column, (language, kind) in _COLUMNS.items():
        for part in row.get(column, "").split(","):
            text = " ".join(part.replace("_", " ").split()).removesuffix("?")
            if text:
                yield EntityName(text, language, kind)


def _read_classes(path: Path) -> Iterator[EntityClass]:
    for line, row in _rows(path, ("class", "superclass", "class_uri", "superclass_uri"), ()):
        links = _link(path, line, row["class_uri"]), _link(path, line, row["superclass_uri"])
        yield EntityClass(row["class"], links[0], row["superclass"], links[1])


def _link(path: Path, line: int, link: str) -> str:
    if link and not link.startswith(("http://", "https://")):
        raise LearningError(f"{path.name}, line {line}: {link!r} is no web address. Write https://… or NULL.")
    return link


def _rows(
    path: Path, columns: tuple[str, ...], either: tuple[tuple[str, str], ...]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line number and cells, NULL read as empty. `either`: pairs of columns, one of each pair must be there."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            head = next(reader, [])
            missing = [name for name in columns if name not in head]
            missing += [" or ".join(pair) for pair in either if not set(pair) & set(head)]
            if missing:
                raise LearningError(f"{path.name} lacks the column {', '.join(missing)}; it has {', '.join(head)}.")
            for cells in reader:
                if len(cells) != len(head):
                    raise LearningError(
                        f"{path.name}, line {reader.line_num}: {len(cells)} cells stand under {len(head)} headings."
                    )
                clean = ("" if cell.strip() in _EMPTY else cell.strip() for cell in cells)
                yield reader.line_num, dict(zip(head, clean, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LearningError(f"{path.name} cannot be read ({error}). Save it as CSV in UTF-8.") from error
