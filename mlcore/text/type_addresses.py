"""Addresses of types that follow from a reference: OCRE, CRRO, PELLA, RPC online. None is given on a guess."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from mlcore.text.languages import fold

SECTIONS = Path(__file__).with_name("ocre_sections.toml")
OCRE = "http://numismatics.org/ocre/id/"
CRRO = "http://numismatics.org/crro/id/"
PELLA = "http://numismatics.org/pella/id/"
RPC = "https://rpc.ashmus.ox.ac.uk/"

_LAST_CRAWFORD = 550
_WHOLE_RPC = {"I": 1, "II": 2, "III": 3, "IX": 9, "X": 10}
"""Volumes whose numbers are those of RPC online; the others were numbered there before they were printed."""
_RIC_NUMBER = re.compile(r"\d{1,4}[A-Za-z]{0,3}")
_CRAWFORD_NUMBER = re.compile(r"(\d{1,3})/(\d{1,3}[a-z]{0,2})")
_PART_OF_IV_OR_V = re.compile(r"^(IV|V)\.\d$")
"""Parts that do not number anew."""
_PRICE_NUMBER = re.compile(r"[LP]?\d{1,4}[A-Za-z]?")


def type_address(catalogue: str, volume: str, section: str, number: str, denomination: str = "") -> str:
    """Return the address of the type, or "" where the reference does not name one without doubt.

    catalogue: as in catalogues.toml. volume: Roman, with part and edition ("II.1 (second edition)"). section: the
    issuer or mint under which a volume of RIC counts. denomination: what RIC writes in brackets behind a number.
    """
    if catalogue == "RRC":
        crawford = _CRAWFORD_NUMBER.fullmatch(number)
        known = crawford and 1 <= int(crawford[1]) <= _LAST_CRAWFORD
        return f"{CRRO}rrc-{crawford[1]}.{crawford[2]}" if crawford and known else ""
    if catalogue == "Price":
        return f"{PELLA}price.{number}" if _PRICE_NUMBER.fullmatch(number) else ""
    if catalogue == "RPC":
        return f"{RPC}coins/{_WHOLE_RPC[volume]}/{number}" if volume in _WHOLE_RPC and number.isdigit() else ""
    if catalogue == "RIC" and _RIC_NUMBER.fullmatch(number):
        prefix, code = _section(_PART_OF_IV_OR_V.sub(r"\1", volume), section)
        return f"{OCRE}{prefix}.{code}.{number}" + (f"_{denomination}" if denomination else "") if code else ""
    return ""


def official_section(volume: str, name: str) -> str:
    """Return the name under which OCRE prints a section of a volume ("Lyon" in VII is Lugdunum), or ""."""
    return _names(volume).get(fold(name), ("", ""))[1]


def _section(volume: str, name: str) -> tuple[str, str]:
    volumes = _volumes()
    prefix = volumes[volume]["prefix"] if volume in volumes else ""
    return prefix, _names(volume).get(fold(name), ("", ""))[0]


@cache
def _volumes() -> dict[str, dict[str, Any]]:
    with SECTIONS.open("rb") as stream:
        return tomllib.load(stream)


@cache
def _names(volume: str) -> dict[str, tuple[str, str]]:
    """Folded name of a section to its code and its printed name."""
    table = _volumes().get(volume, {})
    shared = _names(table["like"]) if "like" in table else {}
    found = {name: section for name, section in shared.items() if section[0] not in table["without"]}
    for sections in (table.get("issuers", {}), table.get("mints", {})):
        for code, names in sections.items():
            found.update({fold(name): (code, names[0]) for name in names})
    return found
