"""Rows a second and peak memory of reading a table: `python -m benchmarks.imports [ROWS]`.

A table of ROWS coins (a million: two minutes on one core) is drawn, counted and read as an import does.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

from annotations.importers import table
from annotations.records import CoinRecord

HEADER = (
    *("identifier", "title", "authority", "authority_uri", "mint", "mint_uri", "denomination", "material"),
    *("date_from", "date_to", "weight", "diameter", "axis", "obverse_legend", "reverse_legend", "reverse_symbol"),
    *("obverse_text", "reverse_text", "language", "reference", "reference_uri", "obverse_picture", "reverse_picture"),
)
ROW = (
    *("Silver Denarius of Hadrian, Rome, 119–122", "Hadrian", "http://nomisma.org/id/hadrian", "Rome"),
    *(
        "http://nomisma.org/id/rome",
        "Denarius",
        "Silver",
        "119",
        "122",
        "3,24 g",
        "19",
        "6",
        "IMP CAESAR TRAIAN HADRIANVS AVG",
    ),
    *("P M TR P COS III", "'-/-//ROMA", "Bust laureate right", "Victory flying right, holding trophy", "en"),
    *("RIC II Hadrian 101|BMC 214", "http://numismatics.org/ocre/id/ric.2.hdn.101|"),
)


def write_rows(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        for number in range(rows):
            identifier = f"1944.100.{number}"
            writer.writerow([identifier, *ROW, f"images/{identifier}.obv.jpg", f"images/{identifier}.rev.jpg"])


def peak_mb() -> float:
    # ru_maxrss is in kilobytes on Linux, in bytes on macOS.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "coins.csv"
        write_rows(path, rows)
        before, size = peak_mb(), path.stat().st_size / 2**20
        start = time.perf_counter()
        counted = table.count(path)
        counting = time.perf_counter() - start
        coins = sum(isinstance(record, CoinRecord) for record in table.read(path))
        seconds = time.perf_counter() - start - counting
    assert coins == counted == rows, f"{coins} coins read and {counted} counted of {rows} rows"
    print(f"{rows:,} rows of {size:,.0f} MB: counted in {counting:.1f} s, read in {seconds:.1f} s")
    figures = {"rows": rows, "rows_per_second": round(rows / seconds), "peak_mb": round(peak_mb())}
    print(json.dumps({**figures, "before_mb": round(before), "count_seconds": round(counting, 2)}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=int, nargs="?", default=1_000_000)
    main(parser.parse_args().rows)
