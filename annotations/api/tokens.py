"""Tokens for programs: made with a password or a session, shown once, revoked by their first characters."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.models import User
from django.http import Http404
from drf_spectacular.utils import extend_schema
from knox.models import AuthToken
from knox.settings import CONSTANTS
from rest_framework import status
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.parsers import JSONParser
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.api.authentication import Password, Token, sign_in
from annotations.api.base import StrictView
from annotations.api.serializers.tokens import CredentialsSerializer, NewTokenSerializer, TokenSerializer
from annotations.services.accounts import make_token, revoke_token


class TokensView(StrictView):
    authentication_classes = [Token, SessionAuthentication, Password]
    parser_classes = [JSONParser]
    permission_classes = [AllowAny]

    @extend_schema(operation_id="tokens_list", responses=TokenSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Your tokens, newest first."""
        if not request.user.is_authenticated:
            raise NotAuthenticated
        tokens = AuthToken.objects.filter(user=request.user).order_by("-created")
        return Response(TokenSerializer(tokens, many=True).data)

    @extend_schema(operation_id="tokens_create", request=CredentialsSerializer, responses={201: NewTokenSerializer})
    def post(self, request: Request) -> Response:
        """A new token, for a name and a password in the body or by basic authentication, or for a session."""
        if isinstance(request.auth, AuthToken):
            raise PermissionDenied("A token makes no other tokens. Send name and password.")
        token = make_token(user=_owner(request))
        row = AuthToken.objects.get(token_key=token[: CONSTANTS.TOKEN_KEY_LENGTH])
        content = {**TokenSerializer(row).data, "token": token}
        return Response(content, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})


class TokenView(StrictView):
    authentication_classes = [Token, SessionAuthentication, Password]
    permission_classes = [IsAuthenticated]

    @extend_schema(operation_id="tokens_destroy", request=None, responses={204: None})
    def delete(self, request: Request, key: str) -> Response:
        """Revoke one of your tokens, named by its first characters."""
        if not revoke_token(user=cast(User, request.user), key=key):
            raise Http404("You have no such token.")
        return Response(status=status.HTTP_204_NO_CONTENT)


def _owner(request: Request) -> User:
    if isinstance(request.user, User):
        return request.user
    credentials = CredentialsSerializer(data=request.data)
    credentials.is_valid(raise_exception=True)
    return sign_in(request, credentials.validated_data["username"], credentials.validated_data["password"])
