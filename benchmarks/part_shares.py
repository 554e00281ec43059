"""How often the parts of a lot's text say what the museum says of the coin: shares for benchmarks.sides."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.given import read_json, read_rows
from mlcore.text.legends import normal_legend
from mlcore.text.part import Part
from mlcore.text.parts import read_parts

WITHOUT_MEASURES = "no_marker"
COLUMNS = ("weight", "diameter", "axis", "reference", "type_id", "ruler", "mint", "denomination_id")
"""What the museum may say of a coin; a column that is not there says nothing."""
SHOWN = 4
"""Failures printed per field."""
NUMBER = re.compile(r"\d+(\.\d+)?")
Check = tuple[str, object, object]
"""Field, what the museum says, what was read; no line where the museum says nothing."""


def read_coins(lots: Path) -> dict[str, dict[str, str]]:
    """Return the museum's records beside the lots by their number, or nothing where coins.csv is not there."""
    path = lots.with_name("coins.csv")
    rows = read_rows(path, ("record_id",)) if path.exists() else []
    return {row["record_id"]: dict.fromkeys(COLUMNS, "") | row for row in rows}


def measure_parts(lots: list[dict[str, str]], coins: dict[str, dict[str, str]]) -> dict[str, float]:
    right: dict[str, list[bool]] = defaultdict(list)
    started = time.process_time()
    read = [read_parts(lot["text"]) for lot in lots]
    seconds = time.process_time() - started
    for lot, parts in zip(lots, read, strict=True):
        for field, true, found in _checks(lot, coins.get(lot["record_id"], {}), parts):
            right[field].append(true == found)
            if true != found and right[field].count(False) <= SHOWN:
                print(f"{field}: {lot['text']}\n    museum {true!r}\n    read   {found!r}")
    for field, answers in sorted(right.items()):
        print(f"{field}: {sum(answers)} of {len(answers)} right")
    shares = {f"part_{field}": round(sum(answers) / len(answers), 4) for field, answers in sorted(right.items())}
    return {**shares, "parts_per_second": round(len(lots) / seconds)}


def _checks(lot: dict[str, str], coin: dict[str, str], parts: tuple[Part, ...]) -> Iterator[Check]:
    if not coin:
        return
    for quantity in ("weight", "diameter", "axis"):
        given = coin[quantity] and lot["layout"] != WITHOUT_MEASURES
        if not given or NUMBER.fullmatch(coin[quantity]):
            yield quantity, float(coin[quantity]) if given else None, _measure(parts, quantity)
    references = [part for part in parts if part.kind == "reference"]
    true = [" ".join(words) for one in coin["reference"].split(";") if (words := one.split())]
    if true and true[0] in lot["text"]:
        yield "reference", true[0], lot["text"][references[0].start : references[0].end] if references else None
        if coin["type_id"]:
            yield "type", coin["type_id"], _last(references[0].value.get("uri", "")) if references else None
    yield from _legends(lot, parts)
    header = next((part.value for part in parts if part.kind == "header"), {})
    for field, name in (("issuer", "ruler"), ("mint", "mint"), ("denomination", "denomination_id")):
        if coin[name] and coin[name] in lot["text"].lower() + lot["text"] and coin[name] != "Uncertain":
            yield field, coin[name], _same(header.get(field), coin[name])
    if (years := _years(lot["text"])) and lot["layout"] != WITHOUT_MEASURES:
        yield "date", years, (header.get("date_from"), header.get("date_to"))


def _measure(parts: Iterable[Part], quantity: str) -> object:
    return next((part.value["value"] for part in parts if part.value.get("quantity") == quantity), None)


def _last(uri: object) -> str:
    return str(uri).rsplit("/", 1)[-1]


def _same(found: object, true: str) -> object:
    """A mint of two names ("Antioch, Syria") is right by its first."""
    return true if str(found) in (true, true.split(",")[0]) else found


def _legends(lot: dict[str, str], parts: Iterable[Part]) -> Iterator[Check]:
    """The legend of a lot is what stands before the first comma of a side, in capitals."""
    for face in ("obverse", "reverse"):
        side = next((part for part in parts if part.kind == face), None)
        written = lot[face].split(", ")[0]
        if side and len(written) > 3 and re.fullmatch(r"[^a-zα-ω]*[^\W\d_]{2}[^a-zα-ω]*", written):
            legends = (part for part in parts if part.kind == "legend" and side.start <= part.start < side.end)
            yield "legend", normal_legend(written), next((part.value["normal"] for part in legends), None)


def _years(text: str) -> tuple[int, int] | None:
    """Two of the ways in which the lots write dates: AD 337-AD 340 and 42 BCE."""
    found = re.search(r"AD (\d+)-AD (\d+)", text)
    if found:
        return int(found[1]), int(found[2])
    early = re.search(r", (\d+) BCE(?=[.,])", text)
    return (-int(early[1]), -int(early[1])) if early else None


def measure_auction(path: Path) -> dict[str, float]:
    """Real lots, set together as title, sides and references: shares of sides, measures and references found."""
    right: dict[str, list[bool]] = defaultdict(list)
    for lot in read_json(path):
        obverse, reverse = lot["obverse"].strip(), lot["reverse"].strip()
        body = lot["body"].rstrip(". ")
        text = f"{body}. {obverse} / {reverse}. {lot['references']}."
        parts = read_parts(text)
        sides = {part.kind: text[part.start : part.end] for part in parts if part.kind in ("obverse", "reverse")}
        right["auction_sides"].append(sides == {"obverse": obverse, "reverse": reverse})
        weights = re.findall(r"(\d+[.,]\d+) ?g\b", body)
        right["auction_weight"].append([_measure(parts, "weight")] == [float(g.replace(",", ".")) for g in weights])
        starts = {text[part.start : part.end] for part in parts if part.kind in ("reference", "provenance")}
        for reference in re.split(r"; |\. (?=[A-Z])| and ", lot["references"]):
            right["auction_references"].append(any(reference in found or found in reference for found in starts))
        if False in right["auction_sides"][-1:]:
            print(f"auction: {text}\n    read {sides}")
    return {name: round(sum(answers) / len(answers), 4) for name, answers in right.items()}
