"""How fast entities are found: `python -m benchmarks.labels DESIGNS_CSV LISTS_DIR` (columns design_en, design_de).

One core, one thread; all lists, all languages. Beside it, in the same run, the two plain ways: an EntityRuler of spaCy
with the same names as phrases, and one large regular expression. Twenty seconds.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import spacy

from benchmarks.given import in_words, print_figures, read_rows
from mlcore.text.entities import EntityMatcher
from mlcore.text.entity_lists import EntityLists, read_entity_lists

ROUNDS = 3
RULER_TEXTS, REGEX_TEXTS = 4_000, 400
"""Texts that the slower ways are measured on."""
COLUMNS = ("design_en", "design_de")


def read_texts(path: Path) -> list[str]:
    """Raises SystemExit where there are none."""
    rows = read_rows(path, COLUMNS[:1])
    texts = [row[column] for column in COLUMNS for row in rows if row.get(column)]
    if not texts:
        raise SystemExit(f"{path} holds no text in {' or '.join(COLUMNS)}.")
    return texts


def per_second(find: Callable[[str], Iterable[object]], texts: list[str], rounds: int) -> tuple[float, int]:
    """Texts per second of the best round, in seconds of the processor, and spans found."""
    best, spans = 0.0, 0
    for _ in range(rounds):
        began = time.process_time()
        spans = sum(len(list(find(text))) for text in texts)
        best = max(best, len(texts) / (time.process_time() - began))
    return best, spans


def make_ruler(lists: EntityLists) -> Callable[[str], Iterable[object]]:
    language = spacy.blank("xx")
    ruler = language.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER"})
    names = {(entity.label, name.text) for entity in lists.entities for name in entity.names}
    ruler.add_patterns([{"label": label, "pattern": text} for label, text in sorted(names)])  # type: ignore[attr-defined]
    return lambda text: language(text).ents


def make_regex(lists: EntityLists) -> Callable[[str], Iterable[object]]:
    names = {re.escape(name.text) for entity in lists.entities for name in entity.names}
    pattern = re.compile(rf"\b(?:{'|'.join(sorted(names, key=len, reverse=True))})\b", re.IGNORECASE)
    return pattern.finditer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("designs", type=Path, help="column design_en, and design_de where there is one")
    parser.add_argument("lists", type=Path, help="folder of lists")
    given = parser.parse_args()
    with in_words():
        texts, lists = read_texts(given.designs), read_entity_lists(given.lists)
    began = time.process_time()
    matcher = EntityMatcher(lists)
    built = time.process_time() - began
    speed, spans = per_second(matcher.find, texts, ROUNDS)
    ruler, _ = per_second(make_ruler(lists), texts[:: max(1, len(texts) // RULER_TEXTS)], 1)
    regex, _ = per_second(make_regex(lists), texts[:: max(1, len(texts) // REGEX_TEXTS)], 1)
    figures = {
        "per_second": round(speed),
        "spans": spans,
        "descriptions": len(texts),
        "entities": len(lists.entities),
        "seconds_to_build": round(built, 3),
        "entity_ruler_per_second": round(ruler),
        "ratio_to_entity_ruler": round(speed / ruler, 2),
        "regex_per_second": round(regex),
        "ratio_to_regex": round(speed / regex, 1),
    }
    print_figures(figures)


if __name__ == "__main__":
    main()
