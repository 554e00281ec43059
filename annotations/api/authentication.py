"""Who is asking: a token, a session, or (to get a token) a name and a password."""

from __future__ import annotations

from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from knox.auth import TokenAuthentication
from rest_framework.authentication import BasicAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from annotations.services.accounts import one_guess_at_a_time

WRONG = "Name and password do not belong together."


class Token(TokenAuthentication):
    def authenticate_credentials(self, token: bytes) -> tuple[User, object]:
        if not (token.isascii() and token.isalnum()):  # knox decodes and looks up whatever comes
            raise AuthenticationFailed("Invalid token.")
        return super().authenticate_credentials(token)


class Password(BasicAuthentication):
    """Basic authentication, used for tokens alone."""

    def authenticate_credentials(self, userid: str, password: str, request: Request | None = None) -> tuple[User, None]:
        assert request is not None  # noqa: S101 - Django REST framework hands it over
        return sign_in(request, userid, password), None


def sign_in(request: Request, name: str, password: str) -> User:
    """The user, or the same refusal for an unknown name, a wrong password and a disabled account.

    Counts towards the same limit as the sign-in page.
    """
    if "\0" in name:  # PostgreSQL refuses to look for it
        raise AuthenticationFailed(WRONG)
    http = request._request
    with one_guess_at_a_time(name):
        user = authenticate(request=http, username=name, password=password)
    if getattr(http, "axes_locked_out", False):
        http.axes_locked_out = False  # else the middleware puts a page in place of the answer
        raise Throttled(detail="Too many attempts with this name. Wait a quarter of an hour.")
    if user is None:
        raise AuthenticationFailed(WRONG)
    assert isinstance(user, User)  # noqa: S101 - the only kind of user here
    return user
