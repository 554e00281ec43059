"""Training texts in which names are hidden, so that a recogniser learns to go by what stands around a name.

A recogniser trained on lists learns the lists by heart and finds no name that they lack. Here most names are replaced,
each time anew, by invented words of the same kind: with the same capitals, often with the same ending (-ius, -ing),
and with Roman numerals as they were. A few other words are replaced as well, or every unknown word would be a name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random

from mlcore.contract import LabelledSpan, TextSample
from mlcore.text.languages import fold

_SYLLABLES = (
    *("ba", "ko", "ri", "the", "nu", "ar", "el", "op", "i", "ta", "mo", "gra", "si", "lu", "phe", "dra", "e", "u"),
    *("id", "ca", "tro", "ven", "qui", "sel", "por", "ne", "dio", "cha", "lan", "mer"),
)
_WORD = re.compile(r"[^\W\d_]+")
_NUMERAL = re.compile(r"[IVX]+")
_KEPT_WORD, _KEPT_ENDING = 0.15, 0.5
"""Chance of a word of a hidden name to stay (for laurel in laurel wreath), and of an invented one to end alike."""
_LONGEST_ENDING, _SHORTEST_OTHER = 4, 4
"""Letters."""


def mask_names(sample: TextSample, random: Random, names: float, others: float) -> TextSample:
    """Return the sample with invented words. `names`, `others`: the chance of a name and of another word, 0..1."""
    pieces: list[str] = []
    spans: list[LabelledSpan] = []
    length = reached = 0
    for span in (*sample.spans, None):
        between = sample.text[reached : span.start if span else len(sample.text)]
        pieces.append(_hide_others(between, random, others))
        length += len(pieces[-1])
        if span:
            name = sample.text[span.start : span.end]
            pieces.append(_hide_name(name, random) if random.random() < names else name)
            spans.append(LabelledSpan(length, length + len(pieces[-1]), span.label))
            length, reached = length + len(pieces[-1]), span.end
    return replace(sample, text="".join(pieces), spans=tuple(spans))


def _hide_name(name: str, random: Random) -> str:
    def hide(word: re.Match[str]) -> str:
        keep = _NUMERAL.fullmatch(word[0]) or random.random() < _KEPT_WORD
        return word[0] if keep else _invent(word[0], random)

    return _WORD.sub(hide, name)


def _hide_others(text: str, random: Random, share: float) -> str:
    def hide(word: re.Match[str]) -> str:
        return _invent(word[0], random) if len(word[0]) >= _SHORTEST_OTHER and random.random() < share else word[0]

    return _WORD.sub(hide, text) if share else text


def _invent(word: str, random: Random) -> str:
    stem = "".join(random.choice(_SYLLABLES) for _ in range(random.randint(1, 3)))
    alike = random.random() < _KEPT_ENDING
    ending = word[-random.randint(1, _LONGEST_ENDING) :].lower() if alike else random.choice(_SYLLABLES)
    return (stem + ending).capitalize() if word[0].isupper() else stem + ending


def thin_out(samples: Iterable[TextSample], most: int) -> list[TextSample]:
    """Return the samples without those that name only what `most` others name already; the rarest names come first.

    Without it a quarter of all names are hand, head and bust, and little is learned from the rest.
    """
    forms = [(sample, _forms(sample)) for sample in samples]
    known = Counter(form for _, named in forms for form in named)
    used: Counter[tuple[str, str]] = Counter()
    kept = []
    for sample, named in sorted(forms, key=lambda each: min((known[form] for form in each[1]), default=0)):
        if not named or any(used[form] < most for form in named):
            kept.append(sample)
            used.update(named)
    return kept


def _forms(sample: TextSample) -> Sequence[tuple[str, str]]:
    return [(span.label, fold(sample.text[span.start : span.end])) for span in sample.spans]
