"""Every format, found by listing: a sample for each importer, a round trip for each exporter that has one."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from annotations import exporters, importers
from annotations.records import CoinRecord, RefusedRecord

ROOT = Path(__file__).parents[1]
SAMPLES = Path(__file__).parent / "samples"


def samples_of(name: str) -> list[Path]:
    """Files of the format that lie in its folder of samples, else the folder itself."""
    suffixes = importers.load_format(name).SUFFIXES
    folder = SAMPLES / name
    return sorted(path for path in folder.glob("*.*") if path.suffix in suffixes) or [folder]


def sample_coins() -> list[CoinRecord]:
    coins = [
        coin for name, module in importers.formats().items() for path in samples_of(name) for coin in module.read(path)
    ]
    return [replace(coin, row=row) for row, coin in enumerate(coins, 1)]


def test_the_formats_of_this_version_are_found() -> None:
    assert {"nuds", "table"} <= set(importers.formats())
    assert "table" in exporters.formats()


@pytest.mark.parametrize("package", [importers, exporters])
def test_an_unknown_format_is_refused_with_the_known_ones(package: ModuleType) -> None:
    with pytest.raises(ValueError, match=r"no (im|ex)port format 'xls'. Choose one of: .*table"):
        package.load_format("xls")
    with pytest.raises(ValueError, match=r"no .*port format '_columns'"):
        package.load_format("_columns")


@pytest.mark.parametrize("name", importers.formats())
def test_an_importer_says_what_it_reads(name: str) -> None:
    module = importers.load_format(name)
    assert module.LABEL
    assert module.DESCRIPTION.endswith(".")
    assert module.ATOMIC in {"file", "record"}
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in module.SUFFIXES)


@pytest.mark.parametrize("name", importers.formats())
def test_an_importer_reads_and_counts_its_samples_and_refuses_nothing(name: str) -> None:
    module = importers.load_format(name)
    assert (SAMPLES / name).is_dir(), f"Put a sample file of the format {name} into tests/samples/{name}/."
    for path in samples_of(name):
        records = list(module.read(path))
        assert records
        assert not [record for record in records if isinstance(record, RefusedRecord)]
        assert len(records) == module.count(path)
        assert all(picture.path.is_file() for record in records for picture in record.pictures)


@pytest.mark.parametrize("name", importers.formats())
def test_an_importer_refuses_what_is_not_there(name: str, tmp_path: Path) -> None:
    (refusal,) = importers.load_format(name).read(tmp_path / "nowhere")
    assert isinstance(refusal, RefusedRecord)
    assert refusal.reason.endswith(".")


@pytest.mark.parametrize("name", exporters.formats())
def test_an_exporter_writes_the_samples_of_every_importer(name: str) -> None:
    module = exporters.load_format(name)
    assert module.LABEL
    assert module.SUFFIX.startswith(".")
    assert "/" in module.CONTENT_TYPE
    coins, stream = sample_coins(), io.StringIO()
    assert module.write(iter(coins), stream) == len(coins)
    assert all(coin.identifier in stream.getvalue() for coin in coins)


@pytest.mark.parametrize("name", sorted(set(exporters.formats()) & set(importers.formats())))
def test_what_is_written_is_read_back_the_same(name: str, tmp_path: Path) -> None:
    exporter, importer = exporters.load_format(name), importers.load_format(name)
    coins = sample_coins()
    path = tmp_path / f"coins{exporter.SUFFIX}"
    with path.open("w", encoding="utf-8", newline="") as stream:
        exporter.write(coins, stream)
    assert [comparable(coin) for coin in importer.read(path)] == [comparable(coin) for coin in coins]


def comparable(coin: CoinRecord) -> CoinRecord:
    """Apart from where it stood and where its pictures lie."""
    pictures = tuple(replace(picture, path=Path(picture.path.name)) for picture in coin.pictures)
    return replace(coin, row=0, source="", pictures=pictures)


def test_every_column_of_the_table_is_documented() -> None:
    page = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    assert [column for column in importers.load_format("table").COLUMNS if f"`{column}`" not in page] == []


def test_formats_are_read_and_written_without_django() -> None:
    program = (
        "import sys; from annotations import exporters, importers; importers.formats(); exporters.formats();"
        "sys.exit('django' in sys.modules or 'torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
