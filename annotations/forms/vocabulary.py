"""The form that makes a concept, filled in from a mined word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from mlcore.text.languages import LANGUAGES, fold
from mlcore.text.vocabulary import RuleEntry

LOOKS_LIKE = "form-control"


class ConceptForm(forms.Form):
    """A name, names and words per language, an address in an authority file."""

    name = forms.CharField(max_length=100, error_messages={"required": "Give the concept a name in English."})
    guideline = forms.CharField(required=False, widget=forms.Textarea({"rows": 3}), max_length=5000)
    link = forms.URLField(required=False, max_length=200, assume_scheme="https")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language in LANGUAGES:
            self.fields[f"name_{language}"] = forms.CharField(required=False, max_length=100)
            self.fields[f"words_{language}"] = forms.CharField(required=False, max_length=1000)
        for field in self.fields.values():
            field.widget.attrs["class"] = LOOKS_LIKE

    def languages(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """Code and the two fields of each language."""
        return [(code, self[f"name_{code}"], self[f"words_{code}"]) for code in LANGUAGES]

    def names(self) -> dict[str, str]:
        given = {code: self.cleaned_data[f"name_{code}"] for code in LANGUAGES}
        return {"en": self.cleaned_data["name"]} | {code: name for code, name in given.items() if name}

    def rules(self) -> list[RuleEntry]:
        return [rule for code in LANGUAGES for rule in read_words(self.cleaned_data[f"words_{code}"], code)]


def read_words(words: str, language: str) -> list[RuleEntry]:
    """Words with commas between them: a * at the end makes a word a beginning of words, several words are a phrase."""
    patterns = dict.fromkeys(" ".join(part.split()) for part in words.split(","))
    return [_entry(pattern, language) for pattern in patterns if pattern]


def _entry(pattern: str, language: str) -> RuleEntry:
    if any(mark in pattern for mark in " -'’"):
        return RuleEntry(language, "phrase", pattern)
    if pattern.endswith("*"):
        return RuleEntry(language, "stem", pattern[:-1])
    return RuleEntry(language, "word", pattern)


def propose_concept(
    word: str, language: str, written: Iterable[str], called: Mapping[str, str], link: str
) -> dict[str, str]:
    """What the form is filled in with: the word as it is written, and what an authority calls the thing.

    A word of another language is no English name: where the authority knows none, the person gives it.
    """
    names = {language: _capital(word)} | {code: name for code, name in called.items() if code in LANGUAGES}
    words = {code: [name] for code, name in names.items()}
    words[language] = [*written, *filter(None, [called.get(language)])]
    proposed: dict[str, str] = {"name": names.get("en", ""), "link": link}
    for code in LANGUAGES:
        proposed[f"name_{code}"] = names.get(code, "")
        proposed[f"words_{code}"] = ", ".join(_once(words.get(code, [])))
    return proposed


def _once(words: Iterable[str]) -> Iterable[str]:
    """Each word once, whatever its case and accents."""
    kept: Mapping[str, str] = {fold(word): word for word in reversed([*words])}
    return reversed([*kept.values()])


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]
