"""What is refused before anything else is done: unknown parameters, and bodies that are too large."""

from __future__ import annotations

from collections.abc import Collection

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from annotations.api.problems import TooLarge

MEGABYTE = 2**20


def check_parameters(request: Request, known: Collection[str]) -> None:
    """Each parameter at most once, and none that would be passed over in silence."""
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        allowed = f"Known are {', '.join(sorted(known))}." if known else "This address takes none."
        raise ValidationError({name[:60]: [f"There is no such parameter here. {allowed}"] for name in unknown[:10]})
    twice = [name for name, values in request.query_params.lists() if len(values) > 1]
    if twice:
        raise ValidationError({name: ["Given more than once; give it once."] for name in twice})


def check_length(request: Request, most: int) -> None:
    """By the length that the request announces: more than that is never read by the server."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if not announced.isdecimal() or int(announced) > most:
        size = f"{most // MEGABYTE} MB" if most >= MEGABYTE else f"{most // 1024} kB"
        raise TooLarge(f"The request is larger than {size}, and at most {size} are taken.")
