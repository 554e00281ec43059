"""Which entities of the lists a description names, and where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mlcore.text.entity_forms import forms_of, words_of
from mlcore.text.entity_lists import LABELS, Entity, EntityLabel, EntityLists
from mlcore.text.languages import fold

_WORD = re.compile(r"[^\W_]+")
_GAP = re.compile(r"[ \t\r\n\-‐‑'’‘ʼ]{1,4}")
_GAP_BEHIND_NUMBER = re.compile(r"\.?[ \t\r\n\-‐‑'’‘ʼ]{1,4}")
_NUMBER = re.compile(r"[ivx]+|.")
"""Severus II. Augustus, M. Antonius: a full stop that ends no sentence."""
_KNOWN = ("en", "de")


@dataclass(frozen=True)
class EntitySpan:
    start: int
    end: int
    """Span in the text, end exclusive."""
    label: EntityLabel
    id: str
    """Of the Entity."""
    name: str
    """The name to show for it, whatever stands in the text."""
    also: tuple[str, ...] = ()
    """Ids of other entities that the same words may mean."""


@dataclass
class _Branch:
    """What may follow, word by word, and the entities whose name ends here."""

    next: dict[str, _Branch] = field(default_factory=dict)
    entities: list[Entity] = field(default_factory=list)


class EntityMatcher:
    """Lists made ready; made once, then used on many texts and from many threads."""

    def __init__(self, lists: EntityLists, labels: Iterable[EntityLabel] = LABELS) -> None:
        wanted = [entity for label in labels for entity in lists.entities if entity.label == label]
        self._all = _tree(wanted, _KNOWN)
        self._of = {language: _tree(wanted, (language,)) for language in _KNOWN}

    def find(self, text: str, language: str = "") -> list[EntitySpan]:
        """Return the entities of a text by place, none inside or across another; the longest name wins.

        `language`: en or de reads only names of that language; anything else reads all. Case, accents and the kind of
        hyphen do not count; plurals, genitives and German endings are known. Where words name several entities the
        first of LABELS and of the list wins, and a name wins over an inflected form. Words of two letters or more all
        in capitals are legends and name nothing. Takes time linear in the text.
        """
        folded = fold(text)
        tree = self._of.get(language, self._all).next
        words = list(_WORD.finditer(folded))
        spans: list[EntitySpan] = []
        reached = 0
        for index, word in enumerate(words):
            branch = tree.get(word[0])
            if branch is None or index < reached:
                continue
            found = _longest(branch, folded, words, index)
            if found is None:
                continue
            entities, count = found
            start, end = word.start(), words[index + count - 1].end()
            if _is_legend(text, words[index : index + count]):
                continue
            first = entities[0]
            also = tuple(entity.id for entity in entities[1:])
            spans.append(EntitySpan(start, end, first.label, first.id, first.name, also))
            reached = index + count
        return spans


def _tree(entities: list[Entity], languages: tuple[str, ...]) -> _Branch:
    root = _Branch()
    exact: set[tuple[str, ...]] = set()
    for entity in entities:
        for name in entity.names:
            if name.language in languages or not name.language:
                words = words_of(name.text)
                exact.add(words)
                _grow(root, words, entity)
    inflected = sorted(
        ((added, words, entity) for entity in entities for added, words in _inflected(entity, languages)),
        key=lambda form: form[0],
    )
    for _, words, entity in inflected:
        if words not in exact:
            _grow(root, words, entity)
    return root


def _inflected(entity: Entity, languages: tuple[str, ...]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Forms with the number of letters that they have more than the name: Pfeilern is Pfeiler, not Pfeil."""
    verb, proper = entity.label == "VERB", entity.label == "PERSON" and entity.is_proper
    for name in entity.names:
        for language in (name.language,) if name.language else languages:
            if language in languages and name.kind != "misspelling":
                length = len("".join(words_of(name.text)))
                for form in forms_of(name.text, language, verb=verb, proper=proper):
                    yield len("".join(form)) - length, form


def _grow(root: _Branch, words: tuple[str, ...], entity: Entity) -> None:
    branch = root
    for word in words:
        branch = branch.next.setdefault(word, _Branch())
    if words and entity not in branch.entities:
        branch.entities.append(entity)


def _longest(branch: _Branch, folded: str, words: list[re.Match[str]], index: int) -> tuple[list[Entity], int] | None:
    """The entities of the longest name that begins with this word, and how many words it has."""
    best = (branch.entities, 1) if branch.entities else None
    count = 1
    while branch.next and index + count < len(words):
        before, word = words[index + count - 1], words[index + count]
        following = branch.next.get(word[0])
        gap = _GAP_BEHIND_NUMBER if _NUMBER.fullmatch(before[0]) else _GAP
        if following is None or not gap.fullmatch(folded, before.end(), word.start()):
            break
        branch, count = following, count + 1
        if branch.entities:
            best = branch.entities, count
    return best


def _is_legend(text: str, words: list[re.Match[str]]) -> bool:
    return all(word.end() - word.start() > 1 and text[slice(*word.span())].isupper() for word in words)
