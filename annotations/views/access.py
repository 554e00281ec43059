"""Who may do what: named look-ups and decorators, used by every view."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse

View = Callable[..., HttpResponse]


def is_expert(request: HttpRequest) -> bool:
    return request.user.has_perm("annotations.add_decision")


def is_admin(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_staff)


def signed_in(request: HttpRequest) -> User:
    """The person that a decorator of this module has let in."""
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


def expert_required(view: View) -> View:
    return _allow(view, is_expert, "This page is for experts. Ask an administrator to add you to the group “experts”.")


def admin_required(view: View) -> View:
    return _allow(view, is_admin, "This page is for administrators.")


def _allow(view: View, allowed: Callable[[HttpRequest], bool], refusal: str) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.is_authenticated:
            if request.accepts("text/html"):
                return redirect_to_login(request.get_full_path())
            return JsonResponse({"detail": "Your session has ended. Sign in again; nothing is lost."}, status=401)
        if not allowed(request):
            raise PermissionDenied(refusal)
        return view(request, *args, **kwargs)

    return guarded
