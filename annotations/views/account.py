from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.queries.account import decisions_of, newest_decisions_of, tokens_of
from annotations.services.accounts import make_token, one_guess_at_a_time, revoke_token
from annotations.views.access import is_admin, signed_in


class SignIn(LoginView):
    """The only form that takes a password."""

    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        with one_guess_at_a_time(request.POST.get("username", "")):
            return super().post(request, *args, **kwargs)


@require_safe
def back_room_login(request: HttpRequest) -> HttpResponse:
    """The administration has no form of its own: whoever is signed in and sent here lacks the rights."""
    if is_admin(request):
        return redirect("admin:index")
    if request.user.is_authenticated:
        raise PermissionDenied("The administration is for administrators.")
    return redirect_to_login(request.GET.get("next") or reverse("admin:index"))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Who is signed in, what they decided, and tokens. A new token stands on the answer to the post alone."""
    token = make_token(user=request.user) if request.method == "POST" else ""
    return render(
        request,
        "account/account.html",
        {
            "token": token,
            "counts": decisions_of(request.user.pk),
            "newest": newest_decisions_of(request.user.pk),
            "tokens": tokens_of(request.user.pk),
        },
    )


@require_POST
@login_required
def token_revoke(request: HttpRequest, key: str) -> HttpResponse:
    if revoke_token(user=signed_in(request), key=key):
        messages.success(request, f"The token {key}… is revoked: no program gets in with it any more.")
    else:
        messages.info(request, f"You have no token {key}…; it was revoked before, or is not yours.")
    return redirect("account")
