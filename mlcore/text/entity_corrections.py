"""What an expert says of the entities of a text, set against what a machine found. The expert's word wins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mlcore.contract import LabelledSpan, LearningError, Split, TextSample

NOTHING = ""
"""Label of a correction that says: these words name nothing."""


@dataclass(frozen=True)
class SpanCorrection:
    """One answer of a person; later answers are given later in the list."""

    start: int
    end: int
    """In the text, end exclusive."""
    label: str
    """What the words name, or NOTHING."""


@dataclass(frozen=True)
class MergedSpan:
    start: int
    end: int
    label: str
    by_expert: bool


def merge_spans(machine: Iterable[LabelledSpan], corrections: Sequence[SpanCorrection]) -> tuple[MergedSpan, ...]:
    """Return the spans that hold now, by place, none across another.

    A correction takes the place of all that it touches: spans of the machine, and earlier corrections. One that says
    NOTHING leaves nothing there. Where spans of the machine are across each other the earlier and longer one stays.
    """
    said: list[SpanCorrection] = []
    for correction in corrections:
        said = [earlier for earlier in said if not _touch(earlier, correction)] + [correction]
    merged = [MergedSpan(each.start, each.end, each.label, True) for each in said if each.label != NOTHING]
    reached = 0
    for span in sorted(machine, key=lambda each: (each.start, -each.end)):
        if span.start >= reached and not any(_touch(span, correction) for correction in said):
            merged.append(MergedSpan(span.start, span.end, span.label, False))
            reached = span.end
    return tuple(sorted(merged, key=lambda each: each.start))


def _touch(one: LabelledSpan | SpanCorrection, other: LabelledSpan | SpanCorrection) -> bool:
    return one.start < other.end and other.start < one.end


def corrected_sample(
    *,
    description: int,
    coin: str,
    language: str,
    text: str,
    machine: Iterable[LabelledSpan],
    corrections: Sequence[SpanCorrection],
    split: Split,
) -> TextSample:
    """Make a training sample of a text as it stands after an expert's corrections; with none it is the machine's.

    Raises LearningError for a correction that lies outside the text or holds no letter.
    """
    for each in corrections:
        if not 0 <= each.start < each.end <= len(text) or not text[each.start : each.end].strip():
            raise LearningError(
                f"The correction {each.start}–{each.end} covers no words of description {description}, which has "
                f"{len(text)} characters. Mark the words again."
            )
    merged = merge_spans(machine, corrections)
    spans = tuple(LabelledSpan(each.start, each.end, each.label) for each in merged)
    return TextSample(description, coin, language, text, spans, bool(corrections), split)
