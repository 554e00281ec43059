"""Draws a demo corpus: ancient coins in relief, their auction lots, and the truth about both."""

from __future__ import annotations

from .corpus import synthesize

__all__ = ["synthesize"]
