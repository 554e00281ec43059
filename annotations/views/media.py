"""Pictures by the SHA-256 of their content. In production the web server in front may serve them itself."""

from __future__ import annotations

import re

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

TYPES = {"webp": "image/webp", "png": "image/png"}
_NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}\.(webp|png)")


@require_safe
def media_file(request: HttpRequest, name: str) -> FileResponse:
    match = _NAME.fullmatch(name)
    path = settings.MEDIA_ROOT / name
    if match is None or not path.is_file():
        raise Http404("There is no such picture.")
    response = FileResponse(path.open("rb"), content_type=TYPES[match[1]])
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response
