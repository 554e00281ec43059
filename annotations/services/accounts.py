"""Accounts: the two of a first start, and tokens for programs."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.contrib.auth.models import Group, Permission, User
from django.db import connection, transaction
from knox.models import AuthToken

EXPERT_PERMISSIONS = ("add_decision", "add_box", "add_saliencymap")


def ensure_groups() -> Group:
    """The group whose members may decide."""
    experts, _ = Group.objects.get_or_create(name="experts")
    experts.permissions.set(
        Permission.objects.filter(content_type__app_label="annotations", codename__in=EXPERT_PERMISSIONS)
    )
    return experts


@transaction.atomic
def ensure_first_accounts(kept_in: Path) -> dict[str, str]:
    """Make the accounts “expert” and “admin” once, with passwords drawn at random, and return name → password.

    Passwords are kept in a file for the owner alone, so that each start can show them again.
    """
    passwords: dict[str, str] = json.loads(kept_in.read_text()) if kept_in.exists() else {}
    experts = ensure_groups()
    for name in ("expert", "admin"):
        if User.objects.filter(username=name).exists():
            continue
        passwords.setdefault(name, secrets.token_urlsafe(9))
        user = User.objects.create_user(
            name, password=passwords[name], is_staff=name == "admin", is_superuser=name == "admin"
        )
        user.groups.add(experts)
    _write_private(kept_in, json.dumps(passwords))
    return passwords


def _write_private(path: Path, content: str) -> None:
    partial = path.with_suffix(".partial")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(content)
    partial.replace(path)


@contextmanager
def one_guess_at_a_time(name: str) -> Iterator[None]:
    """Hold back other sign-ins under this name meanwhile: failures are counted only after the slow password check,
    and fifty guesses sent at once would all be tried before the first is counted.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [name.casefold().replace("\0", "")])
        yield


def make_token(*, user: User) -> str:
    """A new token for the REST interface. It is shown once; the database keeps only its digest."""
    _, token = AuthToken.objects.create(user=user)
    return str(token)


def revoke_token(*, user: User, key: str) -> bool:
    """End one of a person's tokens, named by its first characters; False where the person has no such token."""
    return "\0" not in key and AuthToken.objects.filter(user=user, token_key=key).delete()[0] > 0
