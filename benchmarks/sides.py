"""How well texts are split by side: `python -m benchmarks.sides LOTS_CSV` (columns text, obverse, reverse, layout).

Where coins.csv stands beside the lots, or auction/lots.json beside their folder, the other parts of the texts are
measured as well. Ten seconds for 2,000 lots, on one core.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from benchmarks.given import print_figures, read_rows, share_of
from benchmarks.part_shares import measure_auction, measure_parts, read_coins
from mlcore.text.rules import Rule, RuleSet, compile_rules
from mlcore.text.sides import SideTexts, split_sides
from mlcore.text.vocabulary import read_concepts

UNMARKED = "no_marker"
SHOWN = 12
"""Failures printed per layout."""


def read_rules() -> RuleSet:
    concepts = read_concepts()
    rules = [
        Rule(f"{concept.slug}-{number}", concept.slug, rule.language, rule.kind, rule.pattern, 1)
        for concept in concepts
        for number, rule in enumerate(concept.rules)
    ]
    return compile_rules(rules, {concept.slug: concept.implies for concept in concepts})


def token_f1(given: str, true: str) -> float:
    ours, theirs = Counter(given.split()), Counter(true.split())
    shared = sum((ours & theirs).values())
    return 1.0 if not ours and not theirs else 2 * shared / (sum(ours.values()) + sum(theirs.values()))


def part(text: str, span: tuple[int, int] | None) -> str:
    return text[slice(*span)] if span else ""


def measure_layouts(lots: list[dict[str, str]]) -> dict[str, float | None]:
    """None where no lot marks its sides, or every one does."""
    exact: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    overlap: dict[str, list[tuple[float, float]]] = defaultdict(list)
    wrong = []
    for lot in lots:
        found = split_sides(lot["text"])
        if lot["layout"] == UNMARKED:
            wrong.append(found.obverse is not None or found.reverse is not None)
            continue
        given = part(lot["text"], found.obverse), part(lot["text"], found.reverse)
        true = lot["obverse"], lot["reverse"]
        exact[lot["layout"]].append((given[0] == true[0], given[1] == true[1]))
        overlap[lot["layout"]].append((token_f1(given[0], true[0]), token_f1(given[1], true[1])))
        if given != true and sum(not all(pair) for pair in exact[lot["layout"]]) <= SHOWN:
            print(f"{lot['layout']} ({found.rule}): {lot['text']}\n    given {given}\n    true  {true}")
    for layout in exact:
        print(f"{layout}: exact {mean_of(exact[layout])}, token F1 {mean_of(overlap[layout])}")
    marked = [pair for pairs in exact.values() for pair in pairs]
    return {
        "exact_obverse": share_of([obverse for obverse, _ in marked]),
        "exact_reverse": share_of([reverse for _, reverse in marked]),
        "wrong_when_unmarked": share_of(wrong),
    }


def mean(values: Iterable[float]) -> float:
    listed = list(values)
    return round(sum(listed) / len(listed), 4)


def mean_of(pairs: Iterable[tuple[float, float]]) -> tuple[float, float]:
    listed = list(pairs)
    return mean(pair[0] for pair in listed), mean(pair[1] for pair in listed)


def contamination(lots: list[dict[str, str]], rules: RuleSet) -> dict[str, float | None]:
    """Share of the reverse's concept labels that are wrong: read from the whole text, and from the reverse's span. None
    where there are no labels."""
    counts = {"contamination_before": [0, 0], "contamination_after": [0, 0]}
    for lot in lots:
        if lot["layout"] == UNMARKED:
            continue
        true = {match.concept for match in rules.find(lot["reverse"])}
        found: SideTexts = split_sides(lot["text"])
        readings = {"contamination_before": (0, len(lot["text"])), "contamination_after": found.reverse or (0, 0)}
        for name, span in readings.items():
            given = {match.concept for match in rules.find(lot["text"], *span)}
            counts[name][0] += len(given ^ true)
            counts[name][1] += len(given | true)
    return {name: round(wrong / labels, 4) if labels else None for name, (wrong, labels) in counts.items()}


def per_second(texts: list[str]) -> float:
    start = time.process_time()
    for text in texts:
        split_sides(text)
    return round(len(texts) / (time.process_time() - start))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lots", type=Path, help="columns record_id, text, obverse, reverse, layout")
    path = parser.parse_args().lots
    lots = read_rows(path, ("record_id", "text", "obverse", "reverse", "layout"))
    if not lots:
        raise SystemExit(f"{path} holds no lot.")
    figures = measure_layouts(lots)
    figures["texts_per_second"] = per_second([lot["text"] for lot in lots])
    figures |= contamination(lots, read_rules())
    if coins := read_coins(path):
        figures |= measure_parts(lots, coins)
    if (auction := path.parent.parent / "auction" / "lots.json").exists():
        figures |= measure_auction(auction)
    print_figures(figures)


if __name__ == "__main__":
    main()
