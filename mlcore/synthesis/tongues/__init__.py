"""The languages of lot texts, one file each."""

from __future__ import annotations

from . import de, en, es, fr, it
from ._tongue import Tongue

TONGUES: tuple[Tongue, ...] = (en.TONGUE, de.TONGUE, fr.TONGUE, it.TONGUE, es.TONGUE)

__all__ = ["TONGUES", "Tongue"]
