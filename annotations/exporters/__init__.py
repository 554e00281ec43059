"""One file per format; a file whose name begins with an underscore is shared by several of them."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from types import ModuleType


def formats() -> dict[str, ModuleType]:
    """Every format that can be written, by name, found by listing this folder."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    return {name: import_module(f"{__name__}.{name}") for name in names}


def load_format(name: str) -> ModuleType:
    """Raises ValueError with a sentence where there is no such format."""
    known = formats()
    if name not in known:
        raise ValueError(f"There is no export format {name!r}. Choose one of: {', '.join(known)}.")
    return known[name]
