"""Files by the SHA-256 of their content: the same picture is stored once, and an address never changes its meaning."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings

from mlcore.contract import LearningError


def store(content: bytes, suffix: str) -> str:
    """Keep bytes that the public may see; returns the name in the media folder."""
    return _store(Path(settings.MEDIA_ROOT), content, suffix)


def store_original(content: bytes, suffix: str) -> str:
    """Keep a picture as it came, with its metadata, where nobody is served from."""
    return _store(Path(settings.ORIGINALS_ROOT), content, suffix)


def _store(root: Path, content: bytes, suffix: str) -> str:
    digest = hashlib.sha256(content).hexdigest()
    name = f"{digest[:2]}/{digest}{suffix}"
    path = root / name
    if path.exists():
        return name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(dir=path.parent, suffix=".partial")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(partial).replace(path)
    except OSError as error:
        raise LearningError(f"A picture cannot be kept in {root} ({error.strerror}). Make room on its disk.") from error
    return name
