from rest_framework.pagination import CursorPagination


class Keyset(CursorPagination):
    """By id, from where the last page ended: page 10,000 costs what page 1 costs."""

    ordering = "id"
    page_size = 50
    page_size_query_param = "size"
    max_page_size = 200
