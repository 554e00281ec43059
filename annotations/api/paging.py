"""Lists a page at a time. What cannot be read is refused, not guessed."""

from __future__ import annotations

import re
from typing import Any

from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

LARGEST_PAGE = 200
_LARGEST_ID = 2**63 - 1
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}", re.ASCII)


class Keyset(CursorPagination):
    """By id, from where the last page ended: page 10,000 costs what page 1 costs."""

    ordering = "id"
    page_size = 50
    page_size_query_param = "size"
    page_size_query_description = f"Rows on a page, 1 to {LARGEST_PAGE}."
    cursor_query_description = "Where the page begins; taken from `next` and `previous`."

    def get_page_size(self, request: Request) -> int:
        written = request.query_params.get(self.page_size_query_param, str(self.page_size))
        # int() also reads “１２” and “1_0”, and takes long over a million digits
        size = int(written) if written.isascii() and written.isdecimal() and len(written) < 5 else 0
        if not 1 <= size <= LARGEST_PAGE:
            raise ValidationError({"size": [f"“{written[:20]}” is no page size; give 1 to {LARGEST_PAGE}."]})
        return size

    def decode_cursor(self, request: Request) -> Cursor | None:
        broken = ValidationError({"cursor": ["The cursor is broken. Take it from `next` or `previous` of a page."]})
        written = request.query_params.get(self.cursor_query_param)
        if written is not None and not _BASE64.fullmatch(written):  # decoding would drop what is none of it
            raise broken
        try:
            cursor = super().decode_cursor(request)
        except NotFound as error:
            raise broken from error
        if cursor is not None and cursor.position is not None and not _is_id(cursor.position):
            raise broken
        return cursor

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE}
        return parameters


def _is_id(position: str) -> bool:
    return position.isascii() and position.isdecimal() and len(position) < 20 and int(position) <= _LARGEST_ID
