"""A table that scrolls sideways shows that it does, and the keyboard reaches it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FRAME = re.compile(r'<\w+ [^>]*class="[^"]*\b(?:table-scroll|table-tall)\b[^>]*>')
TEMPLATES = {
    path: frames
    for path in sorted((ROOT / "templates").rglob("*.html"))
    if (frames := FRAME.findall(path.read_text(encoding="utf-8")))
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_every_frame_of_a_table_can_be_reached_by_key_and_has_a_name(path: Path) -> None:
    for frame in TEMPLATES[path]:
        assert 'tabindex="0"' in frame and 'role="region"' in frame, frame
        assert re.search(r'aria-label(ledby)?="[^"]+"', frame), frame


def test_the_shadow_at_the_edge_is_drawn_in_one_place_for_all_pages() -> None:
    sheets = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "static" / "css").glob("*.css")}
    drawn = [name for name, text in sheets.items() if re.search(r"\.table-(scroll|tall)[^}]*linear-gradient", text)]
    assert drawn == ["site.css"]
    assert sheets["site.css"].count("--edge:") == 2, "one for light pages, one for dark ones"
