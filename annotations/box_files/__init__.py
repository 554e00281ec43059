"""Files of boxes, one file per format; what begins with an underscore is shared by several of them.

A format has LABEL, DESCRIPTION and SUFFIX. One that can be written has `files(records)`, which yields names and
contents; one that can be read has `read(path)`.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from types import ModuleType


def formats(verb: str) -> dict[str, ModuleType]:
    """The formats that have this function, "files" or "read", by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    found = {name: import_module(f"{__name__}.{name}") for name in names}
    return {name: module for name, module in found.items() if hasattr(module, verb)}


def load_format(name: str, verb: str) -> ModuleType:
    """Raises ValueError with a sentence where no format of this name can do that."""
    known = formats(verb)
    if name not in known:
        raise ValueError(f"There is no format of boxes {name!r} here. Choose one of: {', '.join(known)}.")
    return known[name]
