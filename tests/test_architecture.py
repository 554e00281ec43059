"""The house keeps its shape: who may import whom, what loads torch, and how long a file may be."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("annotations", "coinsite", "mlcore")
LINES_AT_MOST = 300
TEMPLATE_LINES_AT_MOST = 130

# Room → rooms that it may import from. A room always sees itself.
SITE = {
    "annotations.models": {"annotations.models"},
    "annotations.records": set(),
    "annotations.importers": {"annotations.records"},
    "annotations.exporters": {"annotations.records"},
    "annotations.box_files": {"annotations.records"},
    "annotations.queries": {"annotations.models", "mlcore"},
    "annotations.forms": {
        "annotations.models",
        "annotations.importers",
        "annotations.box_files",
        "annotations.records",
        "mlcore",
    },
    "annotations.services": {
        "annotations.models",
        "annotations.importers",
        "annotations.exporters",
        "annotations.box_files",
        "annotations.records",
        "annotations.queries",
        "coinsite.embedded",
        "mlcore",
    },
    "annotations.tasks": {"annotations.models", "annotations.services"},
}
OUTER = ("annotations.views", "annotations.api", "annotations.management", "annotations.admin")
LIGHT_PARTS_OF_MLCORE = (
    "mlcore.contract",
    "mlcore.files",
    "mlcore.registry",
    "mlcore.text",
    "mlcore.images.reading",
    "mlcore.ranking.shares",
    "mlcore.synthesis",
)
"""What rooms other than services may know of mlcore: words, forms and refusals, nothing that learns."""
LEARNING = {
    "mlcore.contract": set(),
    "mlcore.odds": set(),
    "mlcore.text": {"mlcore.contract"},
    "mlcore.images": {"mlcore.contract"},
    "mlcore.metrics": {"mlcore.contract", "mlcore.odds"},
    "mlcore.nets": {"mlcore.contract", "mlcore.files"},
    "mlcore.losses": {"mlcore.contract"},
    "mlcore.noise": {"mlcore.contract", "mlcore.odds"},
    "mlcore.explain": {"mlcore.contract", "mlcore.metrics", "mlcore.nets"},
    "mlcore.synthesis": {"mlcore.contract"},
}


def modules() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if "migrations" not in path.parts:
                yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def within(name: str, room: str) -> bool:
    return name == room or name.startswith(f"{room}.")


def ours(names: set[str]) -> set[str]:
    return {name for name in names if any(within(name, package) for package in PACKAGES)}


@pytest.mark.parametrize(("room", "allowed"), [*SITE.items(), *LEARNING.items()])
def test_a_room_imports_only_from_the_rooms_below(room: str, allowed: set[str]) -> None:
    wrong = {
        f"{module} imports {name}"
        for module, path in modules()
        if within(module, room)
        for name in ours(imports(path))
        if not within(name, room) and not any(within(name, below) for below in allowed)
    }
    assert not wrong, "\n".join(sorted(wrong))


def test_only_services_import_the_parts_of_mlcore_that_learn() -> None:
    wrong = {
        f"{module} imports {name}"
        for module, path in modules()
        if within(module, "annotations") and not within(module, "annotations.services")
        for name in imports(path)
        if within(name, "mlcore") and not any(within(name, part) for part in LIGHT_PARTS_OF_MLCORE)
    }
    assert not wrong, "\n".join(sorted(wrong))


def test_nothing_inside_imports_the_outer_rooms() -> None:
    wrong = {
        f"{module} imports {name}"
        for module, path in modules()
        if within(module, "annotations") and not any(within(module, room) for room in (*OUTER, "annotations.urls"))
        for name in imports(path)
        if any(within(name, room) for room in OUTER)
    }
    assert not wrong, "\n".join(sorted(wrong))


def test_mlcore_knows_neither_django_nor_the_site() -> None:
    wrong = {
        f"{module} imports {name}"
        for module, path in modules()
        if within(module, "mlcore")
        for name in imports(path)
        if name.split(".")[0] in ("django", "annotations", "coinsite", "celery", "rest_framework")
    }
    assert not wrong, "\n".join(sorted(wrong))


@pytest.mark.parametrize(
    "statement",
    [
        "import django; django.setup(); import annotations.tasks, annotations.urls, annotations.api.urls",
        "import mlcore.registry; mlcore.registry.kinds()",
        "import mlcore.synthesis",
    ],
)
def test_importing_the_site_or_the_registry_loads_no_torch(statement: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"{statement}\nimport sys; print('torch' in sys.modules)"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert done.stdout.strip() == "False"


def test_no_file_holds_two_ideas() -> None:
    files = [path for folder in (*PACKAGES, "tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")]
    too_long = {
        f"{path.relative_to(ROOT)}: {lines} lines"
        for path in files
        if "migrations" not in path.parts and (lines := len(path.read_text().splitlines())) > LINES_AT_MOST
    }
    assert not too_long, "\n".join(sorted(too_long))


def test_page_templates_stay_short() -> None:
    too_long = {
        f"{path.relative_to(ROOT)}: {lines} lines"
        for path in (ROOT / "templates").rglob("*.html")
        if (lines := len(path.read_text().splitlines())) > TEMPLATE_LINES_AT_MOST
    }
    assert not too_long, "\n".join(sorted(too_long))


def test_pages_hold_no_inline_script_or_style() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text()
        assert "style=" not in text, path
        assert "<style" not in text, path
        assert "<script>" not in text, path
        assert " onclick=" not in text, path
        assert "javascript:" not in text, path
