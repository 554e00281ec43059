"""Header, legends, references, measures, grade and provenance are cut out of lots in six languages."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.part_shares import measure_auction, measure_parts, read_coins
from mlcore.text.dates import read_years
from mlcore.text.grades import read_grades
from mlcore.text.legends import legend_fits, like_legend, normal_legend, read_legends
from mlcore.text.measures import read_measures
from mlcore.text.part import KINDS, Part, Value
from mlcore.text.parts import read_parts
from mlcore.text.provenance import read_provenance
from mlcore.text.references import read_references
from mlcore.text.sides import split_sides
from mlcore.text.type_addresses import type_address

LOT = (
    "Hadrian. AD 117-138. AR Denarius (18mm, 3.21 g, 6h). Rome mint. IMP CAES HADRIANVS AVG, Laureate head right / "
    "Salus seated left; COS III in exergue. RIC II 267; RSC 1324. Toned. Good VF. Ex Le Rider."
)


def of_kind(text: str, kind: str) -> list[tuple[str, Value]]:
    return [(text[part.start : part.end], part.value) for part in read_parts(text) if part.kind == kind]


def words(text: str, kind: str) -> list[str]:
    return [written for written, _ in of_kind(text, kind)]


def value(parts: list[Part], *keys: str) -> list[tuple[object, ...]]:
    return [tuple(part.value.get(key) for key in keys) for part in parts]


def test_a_lot_falls_into_all_its_parts_and_each_says_which_rule_found_it() -> None:
    parts = read_parts(LOT)
    assert {part.kind for part in parts} == set(KINDS)
    assert all(part.rule for part in parts)
    assert words(LOT, "legend") == ["IMP CAES HADRIANVS AVG", "COS III"]
    assert words(LOT, "reference") == ["RIC II 267", "RSC 1324"]
    assert words(LOT, "measure") == ["18mm", "3.21 g", "6h"]
    assert words(LOT, "grade") == ["Good VF"]
    assert words(LOT, "provenance") == ["Ex Le Rider"]
    sides = split_sides(LOT)
    assert words(LOT, "obverse") == [LOT[slice(*sides.obverse or (0, 0))]]
    assert words(LOT, "reverse") == [LOT[slice(*sides.reverse or (0, 0))]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (LOT, ("Hadrian", "denarius", "ar", "Rome", 117, 138)),
        ("Billon AE3 of Constantius II, Arelate, 337–340. ", ("Constantius II", "ae3", "billon", "Arelate", 337, 340)),
        ("Traian, 98 - 117 n. Chr. Denar, Rom; 3,17 g. ", ("Traian", "denarius", None, "Rom", 98, 117)),
        ("Néron, Lyon. Dupondius, 66 ap. J.-C. ", ("Néron", "dupondius", None, "Lyon", 66, 66)),
        ("Augusto. Asse, 27 a.C.-14 d.C. AE g 10,2. ", ("Augusto", "as", "ae", None, -27, 14)),
        ("Trajano. Denario. (98-117 d.C.). Roma. ", ("Trajano", "denarius", None, "Roma", 98, 117)),
        ("ATTICA, Athens. Circa 454-404 BC. AR Tetradrachm. ", (None, "tetradrachm", "ar", "Athens", -454, -404)),
        ("Marcus Aurelius. AV Aureus. Rome, AD 161. ", ("Marcus Aurelius", "aureus", "av", "Rome", 161, 161)),
        ("L. Piso Frugi. 90 BC. AR Denarius. ", ("L. Piso Frugi", "denarius", "ar", None, -90, -90)),
    ],
)
def test_the_header_says_who_what_where_and_when(text: str, expected: tuple[object, ...]) -> None:
    text = text if text == LOT else f"{text}Obv. Head right. Rev. Eagle standing."
    ((_, found),) = of_kind(text, "header")
    keys = ("issuer", "denomination", "material", "mint", "date_from", "date_to")
    assert tuple(found.get(key) for key in keys) == expected
    assert found["denomination_uri"] == f"http://nomisma.org/id/{found['denomination']}"


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("323/2 BC", [(-323, -322)]),
        ("38 BC-AD 12", [(-38, 12)]),
        ("120-30 BC", [(-120, -30)]),
        ("AD 315-AD 316", [(315, 316)]),
        ("90 av. J.-C.", [(-90, -90)]),
        ("3rd century BC", [(-300, -201)]),
        ("III-II sec. a.C.", [(-300, -101)]),
        ("2. Jh. v. Chr.", [(-200, -101)]),
        ("118", [(118, 118)]),
        ("Crawford 44/5", []),
        ("3,21 g, 18 mm", []),
        ("undated", []),
        ("BC 0", []),
    ],
)
def test_years_are_read_with_their_era_and_there_is_no_year_nought(text: str, years: list[tuple[int, int]]) -> None:
    assert [(found.first, found.last) for found in read_years(text)] == years


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("18mm, 3.21 g, 6h", [("diameter", 18.0), ("weight", 3.21), ("axis", 6)]),
        ("g 3,31; mm 18", [("weight", 3.31), ("diameter", 18.0)]),
        ("1,098 g", [("weight", 1.098)]),
        ("Gewicht: 16,81 g. Ø 3 cm. Stempelstellung 12 h", [("weight", 16.81), ("diameter", 30.0), ("axis", 12)]),
        ("18-19 mm; 180°; axis 0", [("diameter", 19.0), ("axis", 6), ("axis", 12)]),
        ("60 grains", [("weight", 3.8879)]),
        ("tête à g. 3 globules, RIC 44, 13 h, 45°", []),
    ],
)
def test_measures_come_in_grams_millimetres_and_hours(text: str, found: list[tuple[str, float]]) -> None:
    assert value(list(read_measures(text)), "quantity", "value") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("RIC VIII Constantinople 37", [("RIC VIII Constantinople 37", "ocre/id/ric.8.cnp.37")]),
        ("RIC I (second edition) Augustus 254B;", [("RIC I (second edition) Augustus 254B", "ric.1(2).aug.254B")]),
        ("RIC IV Septimius Severus 288 (aureus)", [("RIC IV Septimius Severus 288 (aureus)", "ric.4.ss.288_aureus")]),
        ("Cr. 336/1c", [("RRC 336/1c", "crro/id/rrc-336.1c")]),
        ("Price 2090; Müller 12", [("Price 2090", "pella/id/price.2090"), ("Müller 12", "")]),
        ("RPC I, 74", [("RPC I 74", "rpc.ashmus.ox.ac.uk/coins/1/74")]),
        ("RPC X, — (number not assigned), type ID 61", [("RPC X -", "rpc.ashmus.ox.ac.uk/type/61")]),
        ("SNG Cop-104", [("SNG Cop 104", "")]),
        ("C. 21, RIC 126", [("Cohen 21", ""), ("RIC 126", "")]),
        ("(S. 1200)", [("Sear 1200", "")]),
        ("BMC Lydia p. 34, 5 and 6", [("BMC Lydia 5", ""), ("BMC Lydia 6", "")]),
        ("Babelon (Aemilia) 9 and (Plautia) 10", [("Babelon Aemilia 9", ""), ("Babelon Plautia 10", "")]),
        ("RIC II.1 Vespasian 24", [("RIC II.1 (second edition) Vespasian 24", "ric.2_1(2).ves.24")]),
        ("cf. RRC 44/5", [("RRC 44/5", "")]),
        ("RRC 44/5 var.", [("RRC 44/5", "")]),
        ("Crawford 999/1", [("RRC 999/1", "")]),
        ("RIC I Augustus 12", [("RIC I Augustus 12", "")]),
        ("RIC -", [("RIC -", "")]),
        ("C. 323-315 BC", []),
        ("Roma 117", []),
        ("C. CAESAR III VIR", []),
        ("Hunter standing, 3 dogs", []),
        ("RIC 30, 3,2 g", [("RIC 30", "")]),
    ],
)
def test_references_have_one_normal_form_and_an_address_where_it_is_certain(
    text: str, found: list[tuple[str, str]]
) -> None:
    parts = list(read_references(text))
    assert [part.value["text"] for part in parts] == [normal for normal, _ in found]
    for part, (_, address) in zip(parts, found, strict=True):
        assert str(part.value.get("uri", "")).endswith(address)
        assert bool(part.value.get("uri")) == bool(address)


def test_a_short_reference_takes_its_section_from_the_header() -> None:
    text = "Constantine I. AE2, Lyon, AD 315. Obv: Head right. Rev: Sol standing left. RIC VII 34."
    ((_, found),) = of_kind(text, "reference")
    assert found["uri"] == "http://numismatics.org/ocre/id/ric.7.lug.34"
    assert type_address("RIC", "VII", "Carthage", "34") == ""
    ((_, found),) = of_kind(text.replace("Lyon", "Rome").replace("RIC VII", "RIC"), "reference")
    assert "uri" not in found


def test_works_that_no_list_knows_are_references_too() -> None:
    text = "Obv. Head. Rev. Zeus standing. De Callataÿ p. 62; BW 15.7."
    assert [found["catalogue"] for _, found in of_kind(text, "reference")] == ["De Callataÿ", "BW"]


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("Good VF, minor roughness.", "en", [("en", "VF", 6.3, None)]),
        ("Minor nicks, otherwise, about very fine.", "en", [("en", "VF", 5.7, None)]),
        ("ss-vz.", "", [("de", "ss", 6.0, "vz")]),
        ("Fast vorzüglich.", "de", [("de", "vz", 6.7, None)]),
        ("TB à TTB.", "fr", [("fr", "TB", 5.0, "TTB")]),
        ("qSPL.", "it", [("it", "SPL", 6.7, None)]),
        ("SPL.", "fr", [("fr", "SPL", 8.0, None)]),
        ("MBC+.", "es", [("es", "MBC", 6.3, None)]),
        ("BC.", "es", [("es", "BC", 5.0, None)]),
        ("44 BC. AV. AU. S C. R. s.", "en", []),
        ("Good metal. Finely toned.", "en", []),
    ],
)
def test_grades_stand_on_the_scale_of_their_language(text: str, language: str, found: list[tuple[object, ...]]) -> None:
    assert value(list(read_grades(text, language=language)), "scale", "grade", "rank", "to") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("VF. From a private collection, ex Le Rider.", ["From a private collection", "ex Le Rider"]),
        ("Ex Gorny & Mosch 123 (2005), lot 45.", ["Ex Gorny & Mosch 123 (2005), lot 45"]),
        ("SPL. Ex collezione Dr. Rossi. Raro.", ["Ex collezione Dr. Rossi"]),
        ("Aus Sammlung Niggeler, Bank Leu 1966, 123.", ["Aus Sammlung Niggeler, Bank Leu 1966, 123"]),
        ("star in exergue, ex. RIC", []),
    ],
)
def test_provenance_is_told_step_by_step(text: str, found: list[str]) -> None:
    assert [text[part.start : part.end] for part in read_provenance(text)] == found


def test_a_sale_has_its_number_lot_and_year() -> None:
    (part,) = read_provenance("Ex Gorny & Mosch 123 (2005), lot 45.")
    assert part.value == {"kind": "sale", "name": "Gorny & Mosch", "sale": "123", "lot": "45", "year": 2005}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[D N THE]ODOSIVS P F AVG, bust right", [("DNTHEODOSIVSPFAVG", "Latin", True)]),
        ("VOT / XX / MVLT / XXX in four lines", [("VOTXXMVLTXXX", "Latin", False)]),
        ("AVT K TPAIANOC CЄB, head right", [("ΑΥΤΚΤΡΑΙΑΝΟΣΣΕΒ", "Greek", False)]),
        ("ΒΑCΙΛΕωC; ANTI to left", [("ΒΑΣΙΛΕΩΣ", "Greek", False), ("ΑΝΤΙ", "Greek", False)]),
        ("[...] IMPERAT [...], head", [("…IMPERAT…", "Latin", True)]),
        ("C.CAESAR.III.VIR, head of M. Antonius; Ptolemy II seated; A in field", [("CCAESARIIIVIR", "Latin", False)]),
        ("Iulius Juno UICTORIA", [("VICTORIA", "Latin", False)]),
    ],
)
def test_legends_have_a_normal_form_for_the_search(text: str, found: list[tuple[object, ...]]) -> None:
    assert value(list(read_legends(text)), "normal", "script", "lost") == found


def test_a_wildcard_finds_legends_without_their_spaces() -> None:
    legend = normal_legend("IMP CAES NERVA TRAIAN AVG")
    assert legend_fits(legend, "*CAES*AVG*")
    assert legend_fits(legend, "imp caes nerua*")
    assert legend_fits(legend, "IMP C?ES*")
    assert not legend_fits(legend, "CAES*")
    assert not legend_fits(legend, "*AVGG")
    assert legend_fits(normal_legend("ΒΑϹΙΛΕΩϹ"), "*σιλε*")
    assert like_legend("*Caes? Aug*") == "%CAES_AVG%"
    with pytest.raises(ValueError, match="needs a letter"):
        like_legend("***")
    started = time.perf_counter()
    assert not legend_fits("A" * 5000, "*" + "A*" * 90 + "B")
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    "text",
    [
        "Emperor standing right. Crawford 44/5. 323/2 BC. Depeyrot 11/1.",
        "Silver Rider, R, AV plating, C. 12, S. 1200, ex Le Rider.",
        "Wreath enclosing VOT / XXX / MVLT / XXXX. RIC VII 92.",
    ],
)
def test_what_only_looks_like_a_mark_makes_no_side(text: str) -> None:
    assert words(text, "obverse") == words(text, "reverse") == []
    assert words(text, "reference")


def test_without_marks_legends_and_measures_are_read_all_the_same() -> None:
    text = "Constantius II AE3, Nicomedia. FEL TEMP REPARATIO, emperor in quadriga. RIC VIII Nicomedia 18. 2,1 g. VF."
    assert words(text, "legend") == ["FEL TEMP REPARATIO"]
    assert (words(text, "measure"), words(text, "grade")) == (["2,1 g"], ["VF"])


def test_state_and_origin_in_front_of_the_description_are_no_header() -> None:
    text = "Side. Tetradrachm. Condition: Very fine. From the Todd Collection. Head of Athena / Nike. Seyrig 15. "
    assert words(text, "header") == ["Side. Tetradrachm"]
    assert (words(text, "grade"), words(text, "provenance")) == (["Very fine"], ["From the Todd Collection"])


@given(st.text(alphabet="AaRVvOobICXM./ \\:;,()[]12-ÆßéσΩ g…\n", max_size=150))
def test_every_part_lies_in_the_text_and_is_one_of_the_kinds(text: str) -> None:
    parts = read_parts(text)
    assert all(0 <= part.start < part.end <= len(text) and part.kind in KINDS for part in parts)
    assert [(part.start, -part.end) for part in parts] == sorted((part.start, -part.end) for part in parts)


@pytest.mark.parametrize(
    "junk",
    ["RIC ", "RIC II A ", "ex A ", "1 ", "A/ ", "[", "A.", "AD 1-", "near ", "VOT / ", "12 g, ", "C. 1; ", "AV "],
)
def test_long_junk_takes_no_long_time(junk: str) -> None:
    started = time.perf_counter()
    read_parts(junk * (100_000 // len(junk)))
    assert time.perf_counter() - started < 10


def test_the_parts_of_real_lots_say_what_the_museum_says(shared: Path) -> None:
    lots = shared / "ans/lots.csv"
    with lots.open(encoding="utf-8-sig") as stream:
        figures = measure_parts(list(csv.DictReader(stream))[::3], read_coins(lots))
    for field in ("weight", "diameter", "axis", "reference", "type", "legend", "date"):
        assert figures[f"part_{field}"] >= 0.99, field
    for field in ("issuer", "mint", "denomination"):
        assert figures[f"part_{field}"] >= 0.95, field
    assert set(measure_auction(shared / "auction/lots.json").values()) == {1.0}
