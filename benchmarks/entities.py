"""How well names are recognised: `python -m benchmarks.entities DESIGNS_DIR [--texts N] [--folds N]`.

Both protocols take what the lists find in the English designs for the truth, in the four classes of Corpus Nummorum.

Published: 75 % of the designs to learn from, 25 % to test (random state 12), exact spans. Nearly every name of the test
was learned, so this measures memory.

Unseen: the entities are dealt into five hands. Each hand is held out once: every text that names one of its entities,
in whatever form, leaves the training, and the recogniser is tested on such texts, at most 40 for one entity, so that
no frequent word decides. A name of the hand counts as found when start, end and class are right. What is found where
the texts name nothing counts as wrong; what lies across a name that was not held out is left to the list. `alone`
counts that as wrong, too, unless it is exactly right. The list without the hand is scored in the same way. With --texts
1000 --folds 1 it is quick, to see that a folder serves: its figures say little.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

from sklearn.model_selection import train_test_split

from benchmarks.given import in_words, print_figures, read_rows
from mlcore.contract import LabelledSpan, Snapshot, Split, TextSample
from mlcore.entity_metrics import figures_of, measure_spans
from mlcore.kinds import ner
from mlcore.text.entities import EntityMatcher, EntitySpan
from mlcore.text.entity_lists import EntityLabel, EntityLists, read_entity_lists

CLASSES: tuple[EntityLabel, ...] = ("PERSON", "OBJECT", "ANIMAL", "PLANT")
PUBLISHED_F1 = 0.9969
HANDS, TEXTS_OF_AN_ENTITY = 5, 40
SEED = 12
FEWEST = 20
"""Designs to learn from and to test on."""
UNSEEN, REPEATED = ner.PRESETS.values()
Span = tuple[int, int, str]


@dataclass(frozen=True)
class Design:
    number: int
    text: str
    spans: tuple[EntitySpan, ...]

    def sample(self, split: Split) -> TextSample:
        spans = tuple(LabelledSpan(each.start, each.end, each.label) for each in self.spans)
        return TextSample(self.number, f"design {self.number}", "en", self.text, spans, False, split)


@dataclass
class Score:
    """Counts per class and way of counting; hands are added up."""

    hits: Counter[str] = field(default_factory=Counter)
    true: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    wrong_alone: Counter[str] = field(default_factory=Counter)
    proposed: Counter[str] = field(default_factory=Counter)
    """What was found where the lists know nothing."""

    def __add__(self, other: Score) -> Score:
        return Score(*(getattr(self, name) + getattr(other, name) for name in vars(self)))

    def f1(self, classes: Sequence[str], alone: bool = False) -> float:
        hits, true, wrong = (
            sum(each[label] for label in classes)
            for each in (self.hits, self.true, self.wrong_alone if alone else self.wrong)
        )
        return round(figures_of(hits, hits + wrong, true)["f1"] or 0.0, 4)


def read_designs(folder: Path, lists: EntityLists, texts: int | None) -> list[Design]:
    """The designs in which the lists find anything, in the order of the file. Raises SystemExit where they are too few
    to learn from."""
    matcher = EntityMatcher(lists, CLASSES)
    found = [row["design_en"] for row in read_rows(folder / "designs.csv", ("design_en",)) if row["design_en"]]
    designs = [Design(number, text, tuple(matcher.find(text, "en"))) for number, text in enumerate(found)]
    designs = [design for design in designs if design.spans]
    if len(designs) < FEWEST:
        raise SystemExit(f"The lists find names in {len(designs)} designs of {len(found)}; {FEWEST} are needed.")
    return designs if texts is None or texts >= len(designs) else Random(SEED).sample(designs, texts)


def learn(config: ner.Config, train: Sequence[Design], test: Sequence[Design]) -> list[list[Span]]:
    """Train the kind `ner` and return its spans in the test designs."""
    samples = [*(each.sample("train") for each in train), *(each.sample("test") for each in test)]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        ner.train(Snapshot(CLASSES, (), "", tuple(samples)), config, out, lambda _: None, pictures=out, features=out)
        told = ner.predict_texts(out, [(each.number, each.text) for each in test], lambda _: None)
        return [[(span.start, span.end, span.label) for span in each.spans] for each in told]


def published(designs: Sequence[Design]) -> dict[str, Any]:
    train, test = train_test_split(designs, test_size=0.25, random_state=SEED)
    found = learn(REPEATED, train, test)
    true = [[(each.start, each.end, each.label) for each in design.spans] for design in test]
    figures = measure_spans(found, true, CLASSES)
    known = {_form(design, span) for design in train for span in design.spans}
    forms = [_form(design, span) for design in test for span in design.spans]
    return {
        "f1_published": round(figures["all"]["f1"], 4),
        "f1_published_per_class": {label: round(figures[label]["f1"] or 0.0, 4) for label in CLASSES},
        "published_by_corpus_nummorum": PUBLISHED_F1,
        "published_share_of_names_never_learned": round(sum(form not in known for form in forms) / len(forms), 5),
        "published_texts": [len(train), len(test)],
    }


def _form(design: Design, span: EntitySpan) -> tuple[str, str]:
    return span.label, design.text[span.start : span.end].lower()


def deal(designs: Sequence[Design]) -> list[set[str]]:
    """Ids of the entities of each hand. Entities that share a word go together; all classes are dealt evenly."""
    same: dict[str, str] = {}

    def first_of(name: str) -> str:
        while same.setdefault(name, name) != name:
            name = same[name]
        return name

    label_of: dict[str, str] = {}
    for span in (span for design in designs for span in design.spans):
        label_of.setdefault(span.id, span.label)
        for other in span.also:
            same[first_of(other)] = first_of(span.id)
    groups: dict[str, set[str]] = defaultdict(set)
    for name in list(same) + [name for name in label_of if name not in same]:
        groups[first_of(name)].add(name)
    hands: list[set[str]] = [set() for _ in range(HANDS)]
    for label in CLASSES:
        own = sorted(first for first in groups if label_of.get(first) == label)
        Random(SEED).shuffle(own)
        for place, first in enumerate(own):
            hands[place % HANDS] |= groups[first]
    return hands


def choose_test(designs: Sequence[Design], hand: set[str]) -> dict[int, set[str]]:
    """Number of a design to the ids that count in it."""
    chosen: dict[int, set[str]] = defaultdict(set)
    used: Counter[str] = Counter()
    for design in Random(SEED).sample(designs, len(designs)):
        for name in {span.id for span in design.spans} & hand:
            if used[name] < TEXTS_OF_AN_ENTITY:
                used[name] += 1
                chosen[design.number].add(name)
    return chosen


def unseen(designs: Sequence[Design], lists: EntityLists, hand: set[str]) -> tuple[Score, Score, list[int]]:
    """Scores of the recogniser and of the list without the hand, and how many texts and entities were used."""
    chosen = choose_test(designs, hand)
    test = [design for design in designs if design.number in chosen]
    train = [design for design in designs if not any(span.id in hand for span in design.spans)]
    rest = tuple(entity for entity in lists.entities if entity.id not in hand)
    matcher = EntityMatcher(replace(lists, entities=rest), CLASSES)
    forms = {_form(design, span) for design in designs for span in design.spans if span.id in hand}
    of_list = [
        [(span.start, span.end, span.label) for span in matcher.find(each.text, "en") if _form(each, span) not in forms]
        for each in test
    ]
    told = learn(UNSEEN, train, test)
    counts = [len(train), len(test), len(set().union(*chosen.values()))]
    return score(test, told, hand, chosen), score(test, of_list, hand, chosen), counts


def score(
    test: Sequence[Design], found: Sequence[Sequence[Span]], hand: set[str], chosen: dict[int, set[str]]
) -> Score:
    total = Score()
    for design, spans in zip(test, found, strict=True):
        true = {(each.start, each.end, each.label): each for each in design.spans}
        left = [each for each in design.spans if each.id not in chosen[design.number]]
        for span, each in true.items():
            if each.id in chosen[design.number]:
                total.true[span[2]] += 1
                total.hits[span[2]] += span in spans
        for span in spans:
            if span in true:
                continue
            total.wrong_alone[span[2]] += 1
            if not any(each.start < span[1] and span[0] < each.end for each in left):
                total.wrong[span[2]] += 1
                if not any(each.start < span[1] and span[0] < each.end for each in true.values()):
                    total.proposed[f"{design.text[span[0] : span[1]]} ({span[2]})"] += 1
    return total


def report(scores: Sequence[tuple[Score, Score, list[int]]]) -> dict[str, Any]:
    own, of_list = Score(), Score()
    for mine, lists, _ in scores:
        own, of_list = own + mine, of_list + lists
    names = ", ".join(f"{name} {count}" for name, count in own.proposed.most_common(40))
    print(f"found though no list has it: {names}")
    hits, wrong, true = (sum(each.values()) for each in (own.hits, own.wrong, own.true))
    return {
        "f1_unseen": own.f1(CLASSES),
        "f1_unseen_per_class": {label: own.f1([label]) for label in CLASSES},
        "precision_unseen": round(hits / max(1, hits + wrong), 4),
        "recall_unseen": round(hits / max(1, true), 4),
        "f1_unseen_alone": own.f1(CLASSES, alone=True),
        "f1_unseen_of_the_list": of_list.f1(CLASSES),
        "unseen_names": {label: own.true[label] for label in CLASSES},
        "unseen_texts_and_entities": [counts for _, _, counts in scores],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="designs.csv and the lists")
    parser.add_argument("--texts", type=int, help="use only so many designs, drawn at random")
    parser.add_argument("--folds", type=int, default=HANDS, choices=range(1, HANDS + 1), help="hands to hold out")
    arguments = parser.parse_args()
    began = time.monotonic()
    os.environ["OMP_NUM_THREADS"] = "1"  # the two processes would wait for each other's threads
    with in_words():
        lists = read_entity_lists(arguments.folder)
    designs = read_designs(arguments.folder, lists, arguments.texts)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(2, len(os.sched_getaffinity(0))), mp_context=context) as pool, in_words():
        first = pool.submit(published, designs)
        hands = [pool.submit(unseen, designs, lists, hand) for hand in deal(designs)[: arguments.folds]]
        figures = first.result() | report([each.result() for each in hands])
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = {
        "minutes": round((time.monotonic() - began) / 60, 1),
        "minutes_of_one_core": round((used.ru_utime + used.ru_stime) / 60, 1),
    }
    print_figures(figures | spent)


if __name__ == "__main__":
    main()
