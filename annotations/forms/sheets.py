"""What an expert's browser sends of a whole page, checked before a service sees it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from annotations.forms.review import LARGEST_ID
from annotations.models import BlindAnswer, Concept, Decision
from annotations.models.evidence import Answer

SAID = (Answer.YES.value, Answer.NO.value)
"""What the machines say of all sides of a sheet: any of them calls it present, or none does."""
SHOWN = (24, 36, 48, 60)
LONGEST_PAGE = 200
MOST_NAMED = 2000
IDS = re.compile(r"(?:\d{1,18}(?:,\d{1,18})*)?")
UUID_WRITTEN = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
CELL = re.compile(rf"(\d{{1,18}}):({UUID_WRITTEN}):(\d{{0,18}})")
"""Side, key and base of one answer, as a plain form carries them."""


class IdsField(forms.CharField):
    """Ids with commas between them."""

    def clean(self, value: Any) -> list[int]:
        text: str = super().clean(value)
        if not IDS.fullmatch(text):
            raise ValidationError("Give the ids of questions, with commas between them.")
        ids = [int(each) for each in text.split(",") if each]
        if len(ids) > MOST_NAMED:
            raise ValidationError(f"{len(ids)} ids were given; {MOST_NAMED} are taken at most.")
        return ids


class HeldForm(forms.Form):
    """Questions that a page still shows."""

    items = IdsField(required=False)


class NextSheetForm(forms.Form):
    # Also one that was retired or merged while its sheet was open.
    concept = forms.ModelChoiceField(Concept.objects.all(), to_field_name="slug")
    said = forms.ChoiceField(choices=[(each, each) for each in SAID])
    show = forms.TypedChoiceField(choices=[(each, each) for each in SHOWN], coerce=int)
    exclude = IdsField(required=False)


class PageForm(forms.Form):
    """The page's own key, the account it was made under, and the questions that were left out."""

    page = forms.UUIDField()
    user = forms.IntegerField(required=False)
    left_out = IdsField(required=False)


class PageAnswerForm(forms.Form):
    side = forms.IntegerField(min_value=1, max_value=LARGEST_ID)
    concept = forms.SlugField()
    answer = forms.ChoiceField(choices=Answer)
    key = forms.UUIDField()
    base = forms.RegexField(rf"^(\d{{1,18}}|{UUID_WRITTEN})$", required=False)


class UndoneForm(forms.Form):
    of = forms.UUIDField()
    key = forms.UUIDField()


def read_page(sent: dict[str, Any]) -> dict[str, Any]:
    """A page of answers. Raises ValidationError, whose sentence names what is wrong."""
    answers = _read_rows(sent.get("answers"), PageAnswerForm, "answers")
    return {**read_one(PageForm(sent)), "answers": _find_bases(answers)}


def read_undo(sent: dict[str, Any]) -> dict[str, Any]:
    rows = _read_rows(sent.get("undone"), UndoneForm, "undone")
    return {**read_one(PageForm(sent)), "keys": {row["of"]: row["key"] for row in rows}}


def page_of_fields(cells: Iterable[str], marked: set[str], concept: str, said: str) -> list[dict[str, Any]]:
    """The answers of a plain form: the marked sides contradict what the machines say, the others confirm it."""
    found = [CELL.fullmatch(each) for each in cells]
    if said not in SAID or not all(found):
        raise ValidationError("This page of answers is not as it was drawn; reload it and mark again.")
    contrary = SAID[1 - SAID.index(said)]
    return [
        {
            "side": each[1],
            "concept": concept,
            "answer": contrary if each[1] in marked else said,
            "key": each[2],
            "base": each[3],
        }
        for each in found
        if each
    ]


def _read_rows(rows: Any, form_class: type[PageAnswerForm | UndoneForm], name: str) -> list[dict[str, Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValidationError(f"{name}: it must be a list of objects.")
    if len(rows) > LONGEST_PAGE:
        raise ValidationError(f"{name}: {len(rows)} are too many for one page; {LONGEST_PAGE} are taken at most.")
    return [read_one(form_class(row)) for row in rows]


def read_one(form: forms.Form) -> dict[str, Any]:
    if not form.is_valid():
        raise ValidationError(" ".join(f"{name}: {' '.join(said)}" for name, said in form.errors.items()))
    read: dict[str, Any] = form.cleaned_data
    return read


def _find_bases(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The browser knows the key, and not yet the id, of an answer that it sent a moment ago."""
    keys = {UUID(row["base"]) for row in answers if "-" in row["base"]}
    found: dict[UUID, Decision | BlindAnswer] = {}
    for kind in (Decision, BlindAnswer) if keys else ():
        found |= kind.objects.in_bulk(keys, field_name="key")
    for row in answers:
        if "-" in row["base"]:
            known = found.get(UUID(row["base"]))
            if known is None:
                raise ValidationError(f"There is no decision {row['base']}.")
            row["base"] = known.pk
        else:
            row["base"] = int(row["base"]) if row["base"] else None
    return answers
