"""The concepts that a new collection starts with: names, guidelines and rules, read from concepts.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from mlcore.contract import FACES, Face

RuleKind = Literal["word", "stem", "phrase", "exclusion"]
KINDS: tuple[RuleKind, ...] = get_args(RuleKind)
CONCEPTS = Path(__file__).with_name("concepts.toml")


@dataclass(frozen=True)
class RuleEntry:
    language: str
    """ISO 639-1 of the language that the words come from."""
    kind: RuleKind
    pattern: str


@dataclass(frozen=True)
class ConceptEntry:
    slug: str
    names: dict[str, str]
    """Language to name."""
    guideline: str
    """What an expert needs to decide on one side."""
    hint: str
    """How a yes looks on a coin."""
    implies: tuple[str, ...]
    """Slugs of what is present wherever this is."""
    link: str
    """Address in an authority file, or empty."""
    faces: tuple[Face, ...]
    """Sides on which it is asked."""
    rules: tuple[RuleEntry, ...]


def read_concepts(path: Path = CONCEPTS) -> tuple[ConceptEntry, ...]:
    """Return the concepts in the order of the file. Raises ValueError where one is incomplete, double or unknown."""
    with path.open("rb") as stream:
        rows = tomllib.load(stream).get("concept", [])
    concepts = tuple(_concept(row, number) for number, row in enumerate(rows, start=1))
    slugs = [concept.slug for concept in concepts]
    for concept in concepts:
        if slugs.count(concept.slug) > 1:
            raise ValueError(f"The concept {concept.slug} stands twice in {path.name}. Keep one of them.")
        unknown = [slug for slug in concept.implies if slug not in slugs]
        if unknown:
            raise ValueError(f"{concept.slug} implies {unknown[0]}, which {path.name} does not have. Add or remove it.")
    return concepts


def _concept(row: Mapping[str, Any], number: int) -> ConceptEntry:
    missing = [field for field in ("slug", "names", "guideline", "hint", "rules") if not row.get(field)]
    if missing:
        raise ValueError(
            f"Concept {number} ({row.get('slug', 'without slug')}) lacks {', '.join(missing)}. Fill it in."
        )
    return ConceptEntry(
        slug=row["slug"],
        names=dict(row["names"]),
        guideline=row["guideline"],
        hint=row["hint"],
        implies=tuple(row.get("implies", ())),
        link=row.get("link", ""),
        faces=tuple(row.get("faces", FACES)),
        rules=tuple(_rules(row["slug"], row["rules"])),
    )


def _rules(slug: str, languages: Mapping[str, Mapping[str, list[str]]]) -> Iterator[RuleEntry]:
    for language, kinds in languages.items():
        for kind, patterns in kinds.items():
            if kind not in KINDS:
                raise ValueError(f"{slug}: {kind} is no kind of rule. Use one of {', '.join(KINDS)}.")
            for pattern in patterns:
                yield RuleEntry(language, kind, pattern)
