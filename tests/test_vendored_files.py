from __future__ import annotations

import hashlib
import re
from pathlib import Path

VENDOR = Path(__file__).parent.parent / "static" / "vendor"
ROW = re.compile(r"^\| [^|]+ \| [\d.]+ \| [^|]+ \| (\S+) \| ([0-9a-f]{64}) \|$", re.MULTILINE)
LISTED = dict(ROW.findall((VENDOR / "README.md").read_text()))


def test_every_vendored_file_has_the_checksum_that_the_table_gives() -> None:
    assert len(LISTED) >= 6
    for name, sha256 in LISTED.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == sha256, name


def test_no_vendored_file_is_missing_in_the_table_and_every_folder_has_a_licence() -> None:
    files = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    licences = {f"{name.split('/')[0]}/LICENSE" for name in LISTED}
    assert files - {"README.md"} == set(LISTED) | licences


def test_no_vendored_file_names_a_source_map_that_is_not_there() -> None:
    assert not [name for name in LISTED if b"sourceMappingURL=" in (VENDOR / name).read_bytes()]
