from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from annotations.queries.account import decisions_of, newest_decisions_of, tokens_of
from annotations.services.accounts import make_token


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
