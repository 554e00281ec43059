"""What every address of the interface has in common."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.views import APIView

from annotations.api.authentication import Token
from annotations.api.requests import check_length, check_parameters
from annotations.api.schema import Schema

SMALL_BODY = 64 * 1024


class StrictView(APIView):
    """Refuses wrong methods, unknown parameters and large bodies before it asks who is there: that costs nothing."""

    authentication_classes = [Token, SessionAuthentication]
    schema = Schema()
    most_bytes = SMALL_BODY

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if not hasattr(self, str(request.method).lower()):
            raise MethodNotAllowed(str(request.method))
        check_length(request, self.most_bytes)
        check_parameters(request, self.known_parameters())
        super().initial(request, *args, **kwargs)

    def known_parameters(self) -> Collection[str]:
        return ()
