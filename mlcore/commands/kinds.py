"""List the kinds of model and their settings."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from mlcore import registry
from mlcore.contract import Report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This command takes none."""


def run(arguments: argparse.Namespace, report: Report) -> dict[str, Any]:
    return {"kinds": [_as_json(info) for info in registry.kinds().values()]}


def _as_json(info: registry.KindInfo) -> dict[str, Any]:
    return {
        "name": info.name,
        "label": info.label,
        "help": info.help,
        "learns_from": info.learns_from,
        "fields": [asdict(field) for field in info.fields],
        "presets": {label: asdict(config) for label, config in info.presets.items()},
    }
