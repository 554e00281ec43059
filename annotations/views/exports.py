"""What a search finds, as a file in any export format."""

from __future__ import annotations

import io
import tempfile

from django.http import FileResponse, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from annotations.exporters import formats
from annotations.queries.criteria import CriteriaError, read_criteria
from annotations.queries.merged_concepts import follow_concepts
from annotations.queries.search import matching
from annotations.services.exporting import records_of
from annotations.views.errors import bad_request, not_found

MOST_COINS = 20_000


@require_safe
def search_export(request: HttpRequest, suffix: str) -> HttpResponse | FileResponse:
    exporter = next((module for module in formats().values() if f".{suffix}" == module.SUFFIX), None)
    if exporter is None:
        return not_found(request)
    try:
        coins = matching(follow_concepts(read_criteria(request.GET)))
    except CriteriaError as error:
        return bad_request(request, str(error))
    if (number := coins.count()) > MOST_COINS:
        sentence = f"{number:,} coins are more than a browser is given at once ({MOST_COINS:,}). Narrow the search, "
        return bad_request(request, sentence + "or let an administrator run manage.py export.")
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    exporter.write(records_of(coins.order_by("pk")), text)
    text.detach()
    file.seek(0)
    return FileResponse(
        file, content_type=exporter.CONTENT_TYPE, as_attachment=True, filename=f"coins{exporter.SUFFIX}"
    )
