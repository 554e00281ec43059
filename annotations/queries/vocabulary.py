"""Mined words as the page shows them: chosen, ordered, and without what the rules know by now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from annotations.models import Concept, MiningRun, Rule
from annotations.models.coins import Face
from mlcore.text.rules import Rule as TextRule
from mlcore.text.rules import compile_rules

PAGE = 50
ORDERS = {"frequency": "Most sides first", "keyness": "Most telling first", "word": "By the alphabet"}
NAME_KINDS = frozenset({"ruler", "issuer", "mint", "region", "denomination", "material", "person", "organization"})
"""Names that are no figures on a side; gods are, so they stay."""


@dataclass(frozen=True)
class Choice:
    """What the address of the page says. Raises ValueError with a sentence for what it cannot mean."""

    order: str = "frequency"
    side: str = ""
    language: str = ""
    hide: str = "names"
    page: int = 1

    def __post_init__(self) -> None:
        for name, value, allowed in (
            ("order", self.order, (*ORDERS,)),
            ("side", self.side, ("", *Face.values)),
            ("hide", self.hide, ("names", "covered", "both", "nothing")),
        ):
            if value not in allowed:
                raise ValueError(f"{name} is “{value[:40]}”; it can be {', '.join(filter(None, allowed))}.")

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Choice:
        page = query.get("page", "1")
        if not page.isdecimal() or not 1 <= len(page) <= 6 or int(page) < 1:
            raise ValueError(f"page is “{page[:40]}”; it must be a number from 1.")
        given = {name: query[name] for name in ("order", "side", "language", "hide") if name in query}
        return cls(page=int(page), **given)

    @property
    def query(self) -> str:
        return self.at_page(self.page)

    def at_page(self, page: int) -> str:
        return urlencode({name: value for name, value in (vars(self) | {"page": page}).items() if value})


def newest_mining() -> MiningRun | None:
    """The newest one that ended well: the words that the pages show."""
    return cast("MiningRun | None", MiningRun.objects.filter(status=MiningRun.Status.SUCCEEDED).first())


def choose_candidates(run: MiningRun, choice: Choice) -> list[dict[str, Any]]:
    """The candidates that are asked for, in the order that is asked for."""
    found = [word for word in run.candidates if _wanted(word, choice)]
    orders = {
        "frequency": lambda word: (-word["sides"], word["lemma"]),
        "keyness": lambda word: (-(word["g2"] or 0), word["lemma"]),
        "word": lambda word: (word["lemma"], word["language"]),
    }
    return sorted(found, key=orders[choice.order])


def _wanted(word: Mapping[str, Any], choice: Choice) -> bool:
    if (choice.side and word["key_side"] != choice.side) or (choice.language and word["language"] != choice.language):
        return False
    if choice.hide in ("names", "both") and NAME_KINDS.intersection(word["known"]):
        return False
    return not (choice.hide in ("covered", "both") and word["concepts"])


def languages_of(run: MiningRun) -> list[str]:
    return sorted({word["language"] for word in run.candidates})


def find_candidate(word: str, language: str) -> dict[str, Any] | None:
    run = newest_mining()
    words = run.candidates if run else []
    return next((one for one in words if one["lemma"] == word and one["language"] == language), None)


@dataclass(frozen=True)
class Missing:
    """Words that a concept's rules lack, and the number of sides that they were found on."""

    concept: Concept
    words: list[dict[str, Any]]


def missing_words(concepts: Iterable[Concept] | None = None) -> list[Missing]:
    """Per concept the words of the newest mining that its rules do not know even now; concepts without any left out."""
    run = newest_mining()
    if run is None or not run.growth:
        return []
    chosen = Concept.objects.in_use() if concepts is None else concepts
    wanted = [concept for concept in chosen if run.growth.get(concept.slug)]
    rules: dict[int, list[TextRule]] = {concept.pk: [] for concept in wanted}
    for rule in Rule.objects.in_use().filter(concept__in=wanted):
        rules[rule.concept_id].append(TextRule(rule.pk, "it", rule.language, rule.kind, rule.pattern, rule.version))
    found = []
    for concept in wanted:
        known = compile_rules(rules[concept.pk], {})
        words = [word for word in run.growth[concept.slug] if not known.find(word["term"].lower())]
        found.append(Missing(concept, words))
    return [missing for missing in found if missing.words]
