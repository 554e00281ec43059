"""What it took to pass the pictures of a run through a backbone at rest, over all attempts at the run."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlcore.contract import Report
from mlcore.distributed import crew
from mlcore.files import write_json
from mlcore.learner import Standing

NOTED_EVERY = 5.0
"""Seconds of which a killed attempt may lose the count."""


class Preparation:
    """Seconds and pictures, noted beside the checkpoints so that a run that is taken up again counts on."""

    def __init__(self, folder: Path, identity: str) -> None:
        """`identity` names the run: what another one noted is not counted."""
        self._pictures = 0
        self._path, self._identity = folder / f"inputs.{crew().rank}.json", identity
        self.seconds, self.computed = 0.0, 0
        try:
            noted = json.loads(self._path.read_text(encoding="utf-8"))
            if noted["identity"] == identity:
                self.seconds, self.computed = float(noted["seconds"]), int(noted["computed"])
        except (OSError, ValueError, KeyError, TypeError):
            pass  # a first attempt, or one whose note is damaged: counted from here on

    @contextmanager
    def timed(self, report: Report) -> Iterator[Report]:
        """Count what is done meanwhile, if passes through the backbone are; yields the report that hears of them."""
        began = noted = time.monotonic()
        seconds, computed, heard = self.seconds, self.computed, False

        def tell(event: dict[str, Any]) -> None:
            nonlocal noted, heard
            if event.get("stage") == "features":
                self._pictures = event["pictures"]
            if event.get("stage") == "features" and event["total"]:  # not all of them kept
                heard = True
                self.computed, now = computed + event["done"], time.monotonic()
                if now - noted > NOTED_EVERY:
                    self.seconds, noted = seconds + now - began, now
                    self._note()
            report(event)

        try:
            yield tell
        finally:
            if heard:
                self.seconds = seconds + time.monotonic() - began
                self._note()

    def added_to(self, standing: Standing) -> Standing:
        """With the seconds of all attempts before the learning."""
        return replace(standing, seconds=standing.seconds + self.seconds)

    def cost(self) -> dict[str, float | int]:
        """Minutes of all attempts, and how many pictures were computed in them or kept since an earlier run.

        Pictures of the same bytes are one. One that a killed attempt computed and had not yet kept counts once.
        """
        pictures = round(crew().sum(float(self._pictures)))
        computed = min(pictures, round(crew().sum(float(self.computed))))
        return {
            "features_minutes": round(self.seconds / 60, 3),
            "features_computed": computed,
            "features_kept": pictures - computed,
        }

    def _note(self) -> None:
        said = {"identity": self._identity, "seconds": self.seconds, "computed": self.computed}
        write_json(self._path, said)
