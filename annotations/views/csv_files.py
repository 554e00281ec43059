"""Tables for spreadsheets: no cell is taken for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse

from annotations.exporters.table import guard_cell


def guard_row(row: Iterable[Any]) -> list[Any]:
    return [guard_cell(cell) if isinstance(cell, str) else cell for cell in row]


def csv_file(rows: Iterable[Iterable[Any]], name: str) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    csv.writer(response).writerows(map(guard_row, rows))
    return response
