"""The side texts searched for words that might become concepts, and for words that the rules lack."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, cast

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, QuerySet

from annotations.models import Concept, Label, MiningRun, Side
from annotations.models.evidence import Answer
from annotations.queries.corpus_names import corpus_names
from annotations.queries.names import known_names
from annotations.queries.side_texts import side_texts
from annotations.services.concepts import compiled_rules
from annotations.services.jobs import write_fenced
from mlcore.contract import Report
from mlcore.text.languages import fold
from mlcore.text.mining import Candidate, GrowthWord, candidates, growth
from mlcore.text.rules import Rule, RuleSet, compile_rules
from mlcore.text.side_text import SideText

LEAST_SIDES = 5
MOST_FREQUENT, MOST_KEY = 400, 200
COMPARED_SIDES = 20_000
"""Sides without a concept that its words are compared with; more would only take longer."""
EXAMPLE_LENGTH = 400
REPORT_EVERY = 500

Marks = Callable[[str], list[list[int]]]


def queue_mining(*, user: User | None) -> MiningRun:
    """The mining that waits already, or a new one."""
    waiting = MiningRun.objects.filter(status=MiningRun.Status.QUEUED).first()
    return cast(MiningRun, waiting) if waiting else MiningRun.objects.create(created_by=user)


def carry_out_mining(run: MiningRun, report: Report) -> None:
    """Find candidates and what rules lack; the row holds the words with examples."""
    sides = Side.objects.exclude(text="").count()
    rows = _reported(side_texts(), report, "counting words", sides)
    chosen = _chosen(candidates(rows, corpus_names(), least=LEAST_SIDES, most=10**6))
    words = _candidate_rules(chosen)
    faces = _count_faces(chosen, words, _reported(side_texts(), report, "counting sides", sides))
    rules = compiled_rules()
    authorities = known_names({fold(one.term) for one in chosen} | {one.lemma for one in chosen})
    found = [_describe_candidate(one, faces[place], rules, authorities) for place, one in enumerate(chosen)]
    lacking = _find_growth(report)
    _name_coins(found, lacking)
    counts = {"sides": sides, "candidates": len(found), "growth": sum(map(len, lacking.values()))}
    write_fenced(run, candidates=found, growth=lacking, counts=counts)


def _reported(rows: Iterable[SideText], report: Report, stage: str, total: int) -> Iterator[SideText]:
    """The same rows, told of as they go by: the texts of a side count once."""
    done, last = 0, 0
    for row in rows:
        done, last = done + (row.side != last), int(row.side)
        if done % REPORT_EVERY == 1:
            report({"event": "progress", "stage": stage, "done": min(done, total), "total": total})
        yield row


def _chosen(found: Sequence[Candidate]) -> list[Candidate]:
    """The most frequent ones and those that tell the sides apart best."""
    key = sorted(found, key=lambda one: -(one.keyness.g2 if one.keyness else 0))[:MOST_KEY]
    return list(dict.fromkeys([*found[:MOST_FREQUENT], *key]))


def _form_rules(place: int, forms: Iterable[str], language: str) -> Iterator[Rule]:
    for form in forms:
        yield Rule(place, str(place), language, "phrase", form, 1)


def _candidate_rules(chosen: Sequence[Candidate]) -> RuleSet:
    rules = [rule for place, one in enumerate(chosen) for rule in _form_rules(place, one.forms, one.language)]
    return compile_rules(rules, {})


def _count_faces(chosen: Sequence[Candidate], words: RuleSet, rows: Iterable[SideText]) -> list[Counter[str]]:
    """On how many obverses and reverses each candidate stands."""
    faces: list[Counter[str]] = [Counter() for _ in chosen]
    last: dict[int, int | str] = defaultdict(int)
    for row in rows:
        for match in words.find(row.text):
            place = int(match.rule)
            if chosen[place].language == row.language and last[place] != row.side:
                last[place] = row.side
                faces[place][row.face] += 1
    return faces


def _describe_candidate(
    one: Candidate, faces: Counter[str], rules: RuleSet, authorities: Mapping[str, str]
) -> dict[str, Any]:
    known = list(one.known)
    kind = authorities.get(fold(one.term)) or authorities.get(one.lemma)
    if kind and (one.name or kind == "deity") and kind not in known:
        known.append(kind)
    return {
        "term": one.term,
        "lemma": one.lemma,
        "forms": list(one.forms),
        "language": one.language,
        "count": one.count,
        "sides": one.sides,
        "obverse": faces["obverse"],
        "reverse": faces["reverse"],
        "key_side": one.keyness.group if one.keyness else "",
        "g2": round(one.keyness.g2, 2) if one.keyness else None,
        "log_ratio": round(one.keyness.log_ratio, 2) if one.keyness else None,
        "known": known,
        "concepts": sorted({match.concept for match in rules.find(one.term.lower()) if not match.implied_by}),
        "examples": _examples(one.examples, one.forms, one.language),
    }


def _examples(rows: Iterable[SideText], forms: Iterable[str], language: str) -> list[dict[str, Any]]:
    words = compile_rules(_form_rules(0, forms, language), {})
    return [
        {
            "side": row.side,
            "face": row.face,
            "text": row.text[:EXAMPLE_LENGTH],
            "marks": [[match.start, match.end] for match in words.find(row.text[:EXAMPLE_LENGTH])],
        }
        for row in rows
    ]


def _find_growth(report: Report) -> dict[str, list[dict[str, Any]]]:
    """Per concept the words of sides that an expert or the published model calls so while no rule does."""
    concepts = list(Concept.objects.in_use().prefetch_related("rules"))
    found = {}
    for done, concept in enumerate(concepts):
        report({"event": "progress", "stage": "comparing concepts", "done": done, "total": len(concepts)})
        words = [rule.pattern.replace("*", "") for rule in concept.rules.all() if not rule.retired]
        yes, no = sides_missed(concept), _sides_without(concept)
        if yes.exists():
            rows = growth(words, side_texts(yes), islice(side_texts(no), COMPARED_SIDES))
            found[concept.slug] = [_describe_growth(one) for one in rows]
    return found


def sides_missed(concept: Concept) -> QuerySet[Side]:
    """Sides of which the expert, or else the published model, says yes and the text does not."""
    labels = Label.objects.filter(concept=concept, text_present=False)
    said = labels.filter(expert=Answer.YES) | labels.filter(model_present=True, expert="")
    return Side.objects.filter(pk__in=said.values("side")).exclude(text="")


def _sides_without(concept: Concept) -> QuerySet[Side]:
    present = Label.objects.filter(side=OuterRef("pk"), concept=concept, answer__in=[Answer.YES, Answer.UNSURE])
    return Side.objects.exclude(text="").filter(~Exists(present))


def _describe_growth(one: GrowthWord) -> dict[str, Any]:
    return {
        "term": one.term,
        "lemma": one.lemma,
        "forms": list(one.forms),
        "language": one.language,
        "yes": one.yes,
        "of_yes": one.of_yes,
        "no": one.no,
        "of_no": one.of_no,
        "g2": round(one.keyness.g2, 2),
        "log_ratio": round(one.keyness.log_ratio, 2),
        "like": one.like,
        "examples": _examples(one.examples, one.forms, one.language),
    }


def _name_coins(found: list[dict[str, Any]], lacking: Mapping[str, list[dict[str, Any]]]) -> None:
    """Write into each example which coin it is of."""
    examples = [
        example for word in (*found, *(w for words in lacking.values() for w in words)) for example in word["examples"]
    ]
    sides = {example["side"] for example in examples}
    coins = dict(Side.objects.filter(pk__in=sides).values_list("pk", "coin__identifier"))
    for example in examples:
        example["coin"] = coins[example.pop("side")]
