"""The table of all models side by side: as a page, as CSV, and as LaTeX for a paper."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from annotations.models import ModelVersion
from annotations.queries.imports import guard_cell
from annotations.queries.model_table import (
    METRICS,
    MOST,
    PARTS,
    PUBLISHED,
    Cost,
    Line,
    Table,
    choose_models,
    part_of,
    read_table,
)
from annotations.views.access import admin_required

NUMBER = re.compile(r"[0-9]{1,9}")
OFFERED = 30
TEX = {"&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}"}
TEX |= {"^": r"\textasciicircum{}", "\\": r"\textbackslash{}"}


@dataclass(frozen=True)
class Choice:
    """What the address asks for; what it names wrongly is left out."""

    models: list[ModelVersion]
    part: str
    metrics: list[str]

    @property
    def query(self) -> dict[str, str | list[str]]:
        return {"models": [str(version.pk) for version in self.models], "part": self.part, "metrics": self.metrics}


def choose(request: HttpRequest) -> Choice:
    numbers = [int(each) for each in request.GET.getlist("models") if NUMBER.fullmatch(each)]
    models = choose_models(numbers)
    metrics = [key for key in METRICS if key in request.GET.getlist("metrics")]
    return Choice(models, part_of(request.GET.get("part", ""), models), metrics or list(PUBLISHED))


@require_safe
@admin_required
def model_table(request: HttpRequest) -> HttpResponse:
    choice = choose(request)
    context = {
        "table": read_table(choice.models, choice.part, choice.metrics),
        "choice": choice,
        "part": PARTS[choice.part],
        "parts": PARTS,
        "all_metrics": METRICS,
        "offered": ModelVersion.objects.only("id", "kind", "created_at")[:OFFERED],
        "most": MOST,
        "csv": reverse("model_table_csv", query=choice.query),
        "latex": reverse("model_table_tex", query=choice.query),
    }
    return render(request, "models/table.html", context)


@require_safe
@admin_required
def model_table_csv(request: HttpRequest) -> HttpResponse:
    choice = choose(request)
    table = read_table(choice.models, choice.part, choice.metrics)
    stream = io.StringIO()
    writer = csv.writer(stream)
    heads = [f"model {each.pk} {metric}" for each in table.models for metric in table.metrics]
    bounds = [f"{head} {bound}" for head in heads for bound in ("", "low", "high")]
    writer.writerow(["concept", "sides", "positives", *(head.strip() for head in bounds)])
    for line in [*table.lines, *([table.mean] if table.mean else [])]:
        cells = [figure for cell in line.cells for figure in (cell.value, cell.low, cell.high)]
        writer.writerow([guard_cell(line.name), *_counts(line), *cells])
    for cost in table.costs:
        blank = [""] * (3 * len(table.metrics) - 1)
        writer.writerow([f"{cost.name} {cost.unit}".strip(), "", "", *(x for v in cost.values for x in (v, *blank))])
    return _file(stream.getvalue(), "text/csv; charset=utf-8", "models.csv")


@require_safe
@admin_required
def model_table_tex(request: HttpRequest) -> HttpResponse:
    choice = choose(request)
    table = read_table(choice.models, choice.part, choice.metrics)
    return _file(latex_of(table, PARTS[choice.part]), "application/x-tex; charset=utf-8", "models.tex")


def _counts(line: Line) -> list[str]:
    """Sides and positives; model by model where they differ."""
    samples = [line.sample] if line.sample else line.measured
    return [" | ".join(str(getattr(sample, key)) for sample in samples) for key in ("sides", "positives")]


def latex_of(table: Table, part: str) -> str:
    """A table of the package booktabs; the best figure of each line in bold."""
    width = len(table.metrics)
    heads = " & ".join(rf"\multicolumn{{{width}}}{{c}}{{Model {each.pk}}}" for each in table.models)
    metrics = " & ".join(_tex(name) for _ in table.models for name in table.metrics.values())
    lines = [*table.lines, *([table.mean] if table.mean else [])]
    rows = [_row([_tex(line.name), *(_figure(cell.value, cell.best) for cell in line.cells)]) for line in lines]
    if table.mean:
        rows.insert(-1, r"\midrule")
    costs = [_row([_tex(f"{cost.name} {cost.unit}".strip()), *_spans(cost, width)]) for cost in table.costs]
    parts = [
        rf"\begin{{tabular}}{{l{'r' * width * len(table.models)}}}",
        r"\toprule",
        rf" & {heads} \\",
        rf"Concept & {metrics} \\",
        r"\midrule",
        *rows,
        r"\midrule",
        *costs,
        r"\bottomrule",
        r"\end{tabular}",
    ]
    return "\n".join([f"% Measured on {part}, on test coins that no model learned from.", *parts, ""])


def _row(cells: list[str]) -> str:
    return " & ".join(cells) + r" \\"


def _figure(value: float | None, best: bool) -> str:
    shown = "--" if value is None else f"{value:.3f}"
    return rf"\textbf{{{shown}}}" if best else shown


def _spans(cost: Cost, width: int) -> list[str]:
    shown = ["--" if value is None else f"{value:,.4g}" if value < 1000 else f"{value:,.0f}" for value in cost.values]
    return [rf"\multicolumn{{{width}}}{{r}}{{{each}}}" for each in shown]


def _tex(words: str) -> str:
    return "".join(TEX.get(letter, letter) for letter in words)


def _file(content: str, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
