"""Where pretrained weights are found: in a folder on this machine, or on the Hugging Face hub."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from mlcore.contract import LearningError

FILE = "model.safetensors"
PATIENCE = 12.0
"""Seconds to wait for the hub's first answer."""


def find_in_folder(name: str, folder: Path) -> Path:
    """The weights of a backbone in a folder. Raises LearningError saying which file is looked for."""
    wanted = [folder / f"{name}.safetensors", folder / name / FILE]
    for path in wanted:
        if path.is_file():
            return path
    raise LearningError(
        f"The weights of {name} are not in {folder}: neither {wanted[0].name} nor {name}/{FILE} is there. "
        "Copy the file model.safetensors of the model's page on the hub there under one of these names."
    )


def fetch_from_hub(name: str) -> Path:
    """The weights of a backbone from this machine's cache of the hub, or downloaded.

    Raises LearningError within seconds where the hub cannot be reached or has none.
    """
    import timm
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    about = timm.models.get_pretrained_cfg(name)
    if not about or not about.hf_hub_id:
        raise LearningError(
            f"There are no pretrained weights of {name} on the hub. Choose weights 'folder' or 'scratch'."
        )
    try:
        return Path(hf_hub_download(about.hf_hub_id, FILE, local_files_only=True))
    except LocalEntryNotFoundError:
        _check_reachable(name, about.hf_hub_id)
    try:
        return Path(hf_hub_download(about.hf_hub_id, FILE, etag_timeout=PATIENCE))
    except Exception as error:
        raise _not_to_be_had(name, str(error)) from error


def _check_reachable(name: str, repository: str) -> None:
    from huggingface_hub import get_hf_file_metadata, hf_hub_url

    answer: list[Any] = []

    def ask() -> None:
        try:
            answer.append(get_hf_file_metadata(hf_hub_url(repository, FILE), timeout=PATIENCE / 2))
        except Exception as error:  # noqa: BLE001 - handed to the waiting thread, which raises
            answer.append(error)

    # the hub's client tries again and again where no answer comes; a thread can be left behind
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(PATIENCE)
    if not answer:
        raise _not_to_be_had(name, f"no answer within {PATIENCE:.0f} seconds")
    if isinstance(answer[0], Exception):
        raise _not_to_be_had(name, str(answer[0])) from answer[0]


def _not_to_be_had(name: str, reason: str) -> LearningError:
    first = (reason.strip().splitlines() or ["no reason given"])[0]
    return LearningError(
        f"The pretrained weights of {name} cannot be had from the Hugging Face hub ({first}). "
        f"Either fetch {FILE} of the model elsewhere, save it as {name}.safetensors in a folder on this machine and "
        "choose weights 'folder', or choose weights 'scratch'."
    )
