"""Published models kept warm in the `predict` worker: the only place of the site where torch is loaded."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from annotations.models import ModelVersion
from annotations.services.publishing import model_folder

if TYPE_CHECKING:
    from mlcore.serving import ServedModel

KEPT_WARM = 2


def served_model(version: ModelVersion) -> ServedModel:
    return _load(version.pk, str(model_folder(version)))


@lru_cache(maxsize=KEPT_WARM)
def _load(version_id: int, folder: str) -> ServedModel:
    from pathlib import Path

    from mlcore.serving import ServedModel

    return ServedModel.load(Path(folder))
