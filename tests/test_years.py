from __future__ import annotations

import pytest

from annotations.queries.years import YearError, read_year, write_years


@pytest.mark.parametrize(
    ("written", "year"),
    [
        ("44 BC", -44),
        ("44 bce", -44),
        ("44 B.C.", -44),
        ("-44", -44),
        ("−44", -44),
        ("44 v. Chr.", -44),
        ("44 av. J.-C.", -44),
        ("AD 14", 14),
        ("14 AD", 14),
        ("14", 14),
        ("+14", 14),
        ("14 n. Chr.", 14),
    ],
)
def test_a_year_is_read(written: str, year: int) -> None:
    assert read_year(written) == year


@pytest.mark.parametrize(
    "written", ["0", "0 BC", "1e99999999", "BC", "44 BC AD", "-44 BC", "99999", "AD 14 BC", "14.5", "٣٤ X"]
)
def test_what_is_no_year_is_refused(written: str) -> None:
    with pytest.raises(YearError):
        read_year(written)


def test_a_range_of_years_is_written_short() -> None:
    assert [
        write_years(*years) for years in ((-44, -43), (-27, 14), (14, 37), (69, 161), (337, 340), (-44, -44), (None, 5))
    ] == ["44–43 BC", "27 BC–AD 14", "AD 14–37", "AD 69–161", "337–340", "44 BC", "AD 5"]
