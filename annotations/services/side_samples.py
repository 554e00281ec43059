"""A side with its answers of record, as a data set holds it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from annotations.models import Label, Side
from annotations.models.evidence import Answer
from mlcore.contract import Sample, Split

UNKNOWN, ABSENT, PRESENT = -1, 0, 1
_FROM_EXPERT = {Answer.YES: PRESENT, Answer.NO: ABSENT, Answer.UNSURE: UNKNOWN}


def sample_of(
    side: Side,
    coin: str,
    labels: Mapping[str, Label],
    concepts: Sequence[str],
    implied: Mapping[str, frozenset[str]],
    split: Split,
    *,
    with_text: bool,
) -> Sample:
    """What a person said, and with `with_text` else what the text says: what it does not mention is absent."""
    said = {slug for slug, label in labels.items() if label.expert == Answer.YES}
    implied_by_expert = {slug for yes in said for slug in implied.get(yes, ())}
    unsaid = ABSENT if with_text and side.text else UNKNOWN
    read = {slug for slug, label in labels.items() if with_text and label.text_present}
    answers = [
        _by_expert(labels.get(slug), slug in implied_by_expert) or (PRESENT if slug in read else unsaid, False)
        for slug in concepts
    ]
    return Sample(
        side=side.pk,
        coin=coin,
        face="obverse" if side.face == "obverse" else "reverse",
        picture=side.crop,
        text=side.text,
        labels=tuple(value for value, _ in answers),
        expert=tuple(by_expert for _, by_expert in answers),
        split=split,
    )


def _by_expert(label: Label | None, implied: bool) -> tuple[int, bool] | None:
    if label is not None and label.expert:
        return _FROM_EXPERT[Answer(label.expert)], True
    return (PRESENT, True) if implied else None


def closures(concepts: Iterable[str], direct: Mapping[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
    """Everything that each concept implies, directly or through another."""
    return {slug: _closure(slug, direct) for slug in concepts}


def _closure(slug: str, direct: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    found: set[str] = set()
    waiting = list(direct.get(slug, ()))
    while waiting:
        implied = waiting.pop()
        if implied not in found:
            found.add(implied)
            waiting += direct.get(implied, ())
    return frozenset(found)
