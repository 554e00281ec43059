from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """What every page needs: who is asking, in which role."""
    user = request.user
    return {"is_expert": user.has_perm("annotations.add_decision"), "is_admin": user.is_staff}
