"""How far experts agree, how often each is right where the answer is known, and how fast they answer."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from annotations.models import Concept, GoldQuestion, Side
from annotations.queries.agreement import GoldAnswer, read_gold, read_pace, read_readings
from annotations.queries.disagreements import list_cases
from annotations.queries.ranking import read_policy
from annotations.services.agreement import ALL, Measured, accuracy_by_concept, measure_accuracy, measure_agreement
from annotations.views.access import expert_required, is_admin, signed_in
from annotations.views.csv_files import csv_file

MISTAKES = 24
ENOUGH = 5  # questions, below which a kappa tells nothing


@dataclass(frozen=True)
class Line:
    """One row of the plot; places in percent of its width, from kappa -1 on the left to 1 on the right."""

    measured: Measured
    name: str
    readers: str

    @property
    def too_few(self) -> bool:
        return 0 < self.measured.figures.n < ENOUGH

    @property
    def middle(self) -> float | None:
        return self._place(self.measured.figures.kappa)

    @property
    def even(self) -> float | None:
        return self._place(self.measured.figures.pabak)

    @property
    def span(self) -> tuple[float | None, float | None] | None:
        interval = self.measured.figures.interval
        return (self._place(interval[0]), self._place(interval[1])) if interval and not self.too_few else None

    def _place(self, figure: float | None) -> float | None:
        return None if figure is None or self.too_few else round(2 + 96 * (figure + 1) / 2, 2)


@require_safe
@never_cache
@expert_required
def agreement(request: HttpRequest) -> HttpResponse:
    """Administrators see everybody; others the agreement of all, their own pairs and their own accuracy."""
    only = None if is_admin(request) else signed_in(request).pk
    cases = list_cases(signed_in(request), see_all=only is None)
    lines = _lines(only)
    accuracy = measure_accuracy(read_gold(only))
    context = {
        "lines": lines,
        "accuracy": accuracy,
        "pace": read_pace(only),
        "open_cases": sum(case.settled_by is None for case in cases),
        "cases": len(cases),
        "gold": GoldQuestion.objects.filter(withdrawn=False, concept__retired=False).count(),
        "policy": read_policy(),
        "enough": ENOUGH,
    }
    return render(request, "agreement/agreement.html", context)


@require_safe
@never_cache
@expert_required
def agreement_json(request: HttpRequest) -> JsonResponse:
    only = None if is_admin(request) else signed_in(request).pk
    return JsonResponse(
        {
            "agreement": [
                {"concept": line.measured.concept or None, "readers": line.readers, "unsure": line.measured.unsure}
                | asdict(line.measured.figures)
                for line in _lines(only)
            ],
            "accuracy": [asdict(each) for each in measure_accuracy(read_gold(only))],
            "pace": [asdict(each) | {"per_hour": each.per_hour} for each in read_pace(only)],
        }
    )


@require_safe
@never_cache
@expert_required
def agreement_csv(request: HttpRequest) -> HttpResponse:
    """The table of kappas; its rows without a concept are over all."""
    lines = _lines(None if is_admin(request) else signed_in(request).pk)
    rows = [
        (line.measured.concept, line.readers, found.n, line.measured.unsure, found.observed, found.kappa)
        + ((*found.interval, found.pabak) if found.interval else (None, None, found.pabak))
        for line, found in ((line, line.measured.figures) for line in lines)
    ]
    heads = ("concept", "readers", "questions", "unsure", "observed", "kappa", "low", "high", "pabak")
    return csv_file([heads, *rows], "agreement.csv")


@require_safe
@never_cache
@expert_required
def agreement_person(request: HttpRequest, user_id: int) -> HttpResponse:
    """One person's answers to questions of known answer: for that person and administrators alone."""
    person = User.objects.filter(pk=user_id).first()
    if person is None or not (is_admin(request) or person.pk == signed_in(request).pk):
        raise Http404(f"There is no page of the answers of person {user_id} for you. Your own is on Agreement.")
    given = read_gold(person.pk)
    context = {
        "person": person,
        "overall": next(iter(measure_accuracy(given)), None),
        "concepts": accuracy_by_concept(given),
        "pace": next(iter(read_pace(person.pk)), None),
        "mistakes": _mistakes(given),
    }
    return render(request, "agreement/person.html", context)


def _mistakes(given: list[GoldAnswer]) -> list[dict[str, Any]]:
    """With the side: nobody is asked the same gold twice, so that it may be shown once it is answered."""
    wrong = [answer for answer in given if not answer.is_right][:MISTAKES]
    sides = Side.objects.select_related("coin").defer("coin__search").in_bulk([answer.side_id for answer in wrong])
    return [{"answer": answer, "side": sides[answer.side_id]} for answer in wrong]


def _lines(only: int | None) -> list[Line]:
    measured = measure_agreement(read_readings())
    names = dict(Concept.objects.values_list("slug", "name")) | {ALL: "All concepts"}
    people = dict(User.objects.values_list("pk", "username"))
    kept = [each for each in measured if only is None or not each.people or only in each.people]
    return [
        Line(each, names[each.concept], " and ".join(people[person] for person in each.people) or "all readers")
        for each in kept
    ]
