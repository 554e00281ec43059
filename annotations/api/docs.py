"""The interface's description of itself: as OpenAPI, and as a page made of files of our own."""

from __future__ import annotations

from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.api.base import StrictView


class SchemaView(StrictView):
    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer]

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(_describe())


class DocsView(SpectacularSwaggerSplitView):
    url_name = "api_schema"
    template_name = "api/docs.html"


@cache
def _describe() -> dict[str, Any]:
    """Made once per process: it takes about a second, and depends on nothing but the code."""
    description: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return description
