"""What a lot says of one side is never taken for the other, and where nothing marks the sides, they are unknown."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.sides import measure_layouts
from mlcore.text.languages import detect_language, fold
from mlcore.text.sides import split_sides

ROMA = "Roma, helmeted, holding Victory"
MARKED = [
    (
        "Hadrian. AD 117-138. AR Denarius (18mm, 3.21 g, 6h). Rome. Laureate head right / Salus seated left, feed"
        "ing snake; COS III in exergue. RIC II 267; RSC 1324. Toned. Good VF. Ex Le Rider.",
        "Laureate head right",
        "Salus seated left, feeding snake; COS III in exergue",
    ),
    (
        "Obv: IMP CAESAR VESPASIANVS AVG, laureate head right. Rev: IVDAEA, Judaea seated right in mourning. RIC 2. "
        "3.2g, 18mm, 6h. Minor porosity on rev. VF.",
        "IMP CAESAR VESPASIANVS AVG, laureate head right",
        "IVDAEA, Judaea seated right in mourning",
    ),
    (
        "Traian, 98 - 117 n. Chr. Denar, Rom; 3,17 g. Vs.: Büste n. r. Rs.: Victoria n. l. mit Kranz. RIC 58. ss-vz.",
        "Büste n. r",
        "Victoria n. l. mit Kranz",
    ),
    (
        "Augustus. Av. Kopf n. r. / Rv. Capricorn n. l. C. 21, RIC 126. Fast vorzüglich.",
        "Kopf n. r",
        "Capricorn n. l",
    ),
    (
        "Hs.: Kopf des Zeus r. Rs.: Adler l. auf Blitz. SNG Cop. 12. Schöne Tönung. 12,95 g.",
        "Kopf des Zeus r",
        "Adler l. auf Blitz",
    ),
    (
        "Néron, Lyon. As. A/ NERO CLAVD CAESAR, tête laurée à dr. R/ VICTORIA AVGVSTI, Victoire à g. (C. 343). TTB+.",
        "NERO CLAVD CAESAR, tête laurée à dr",
        "VICTORIA AVGVSTI, Victoire à g",
    ),
    (
        "Galba, denario. D/ Testa laureata a d. R/ Livia stante a s. RIC 186. g 3,31. Ex collezione Dr. Rossi. SPL",
        "Testa laureata a d",
        "Livia stante a s",
    ),
    (
        "Tiberio. Denario. (RIC 30). Anv.: Cabeza laureada a derecha. Rev.: Livia sentada a der. 3,71 g. MBC+.",
        "Cabeza laureada a derecha",
        "Livia sentada a der",
    ),
    (
        "Head of Constantine right / VOT / XX / MVLT / XXX in four lines within wreath. RIC VII 12. EF.",
        "Head of Constantine right",
        "VOT / XX / MVLT / XXX in four lines within wreath",
    ),
    (
        "C. CAESAR III VIR, head of Octavian right, rev. Q SALVIVS, thunderbolt. Crawford 523/1a.",
        "C. CAESAR III VIR, head of Octavian right",
        "Q SALVIVS, thunderbolt",
    ),
    (
        "Aureus of Nero. Rev. Roma seated left on cuirass. Obv. Laureate head right. Calicó 412.",
        "Laureate head right",
        "Roma seated left on cuirass",
    ),
    (
        "Gallien. Avers : Buste radié à dr. Revers : VICTORIA AVG, la Victoire à g.; dans le champ, S C. (C. 343). TTB",
        "Buste radié à dr",
        "VICTORIA AVG, la Victoire à g.; dans le champ, S C",
    ),
    ("Denarius. obv. Head of Mars r. rev. Roma, helmeted, holding Victory. RIC 3.", "Head of Mars r", ROMA),
    ("Denarius. O: Head of Mars right. R: Roma, helmeted, holding Victory. RIC 3.", "Head of Mars right", ROMA),
    ("As. Obv: Nero. Rev: Bust; slight drapery on arm. RIC 3.", "Nero", "Bust; slight drapery on arm"),
    ("Drachme. Av. Kopf n. r. Rv. Zeus thront. Perlkreis. Price 113. vz", "Kopf n. r", "Zeus thront. Perlkreis"),
    ("Macedon. Drachm, 323/2 BC. Head of Herakles / Zeus enthroned. Price 2090.", "Head of Herakles", "Zeus enthroned"),
]

UNMARKED = [
    "Hadrian AE Sestertius, Rome. COS III / S C, Salus standing left. RIC 604. Very rare, R.",
    "Emperor standing right. Crawford 44/5. 323/2 BC. Depeyrot 11/1.",
    "Constantine I follis, Heraclea. Laurel wreath enclosing VOT / XX / MVLT / XXX. RIC VII 92.",
    "Silver Rider, R, AV plating, C. 12, S. 1200, ex Le Rider.",
    "Victory standing left. RIC 12 / BMC 14. VF.",
    "Scratch on rev. otherwise VF.",
    "Collection Dr. Rossi. Av. gold.",
    "",
    " / ",
    "/ / / /",
]


def part(text: str, span: tuple[int, int] | None) -> str:
    return text[slice(*span)] if span else ""


@pytest.mark.parametrize(("text", "obverse", "reverse"), MARKED)
def test_each_side_gets_its_own_words_and_nothing_else(text: str, obverse: str, reverse: str) -> None:
    found = split_sides(text)
    assert (part(text, found.obverse), part(text, found.reverse)) == (obverse, reverse)
    assert found.rule
    assert found.reason.endswith(".")


@pytest.mark.parametrize("text", UNMARKED)
def test_sides_are_unknown_where_nothing_marks_them(text: str) -> None:
    found = split_sides(text)
    assert (found.obverse, found.reverse, found.rule) == (None, None, "")
    assert "unknown" in found.reason


def test_one_marked_side_leaves_the_other_unknown() -> None:
    text = "Denarius. Obv.: Head of Mars right. RRC 44/5."
    found = split_sides(text)
    assert part(text, found.obverse) == "Head of Mars right"
    assert found.reverse is None
    text = "Rev.: Eagle on thunderbolt. RIC 3."
    found = split_sides(text)
    assert found.obverse is None
    assert part(text, found.reverse) == "Eagle on thunderbolt"


@pytest.mark.parametrize(
    "junk",
    [" / ", "Obv. Rev. ", "A/ R/ ", "VOT / ", "RIC ", "1/2 ", ". ", "A. B. C. ", "((((", "Head right / ", "12 g, "],
)
def test_long_junk_takes_no_long_time(junk: str) -> None:
    text = junk * (100_000 // len(junk))
    start = time.perf_counter()
    split_sides(text)
    assert time.perf_counter() - start < 3


@given(st.text(alphabet="AaRVvOobv./ \\:;,()12IX-Æßéσ", max_size=120))
def test_spans_lie_in_the_text_and_never_overlap(text: str) -> None:
    found = split_sides(text)
    spans = sorted(span for span in (found.obverse, found.reverse) if span)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert len(spans) < 2 or spans[0][1] <= spans[1][0]
    assert bool(found.rule) == bool(spans)


def test_real_lots_are_split_exactly(shared: Path) -> None:
    with (shared / "ans/lots.csv").open(encoding="utf-8") as stream:
        figures = measure_layouts(list(csv.DictReader(stream)))
    assert figures["exact_obverse"] >= 0.99
    assert figures["exact_reverse"] >= 0.99
    assert figures["wrong_when_unmarked"] == 0


@given(st.text())
def test_folding_keeps_every_character_in_its_place(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_folding_takes_case_and_accents_only() -> None:
    assert fold("FÜLLHORN Águila à Größe İ") == "fullhorn aguila a grose i"
    assert fold("ϹΕΒΑϹΤΟϹ σεβαστός") == "σεβαστοσ σεβαστοσ"
    assert fold("VICTORIA AVGVSTI") == "victoria avgvsti"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Laureate head right. Victory standing left, holding wreath and palm", "en"),
        ("Kopf mit Lorbeerkranz nach rechts. Victoria steht nach links und hält Kranz", "de"),
        ("Tête laurée à droite. La Victoire debout à gauche, tenant une couronne et une palme", "fr"),
        ("Testa laureata a destra. La Vittoria stante a sinistra con corona e palma", "it"),
        ("Cabeza laureada a derecha. Victoria de pie a izquierda, portando corona y palma", "es"),
        ("Caput laureatum dextrorsum. Victoria stans sinistrorsum, dextra coronam tenens", "la"),
        ("IMP CAESAR TRAIANO HADRIANO AVG PONT MAX", ""),
        ("RIC 12", ""),
        ("", ""),
    ],
)
def test_the_language_is_told_or_left_open(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_the_language_of_real_designs_is_told(shared: Path) -> None:
    with (shared / "designs/designs.csv").open(encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if len(row["design_de"]) > 30][::10]
    for column, language in (("design_en", "en"), ("design_de", "de")):
        told = [detect_language(row[column]) for row in rows if len(row[column]) > 30]
        assert sum(name == language for name in told) / len(told) > 0.95
        assert sum(name not in (language, "") for name in told) / len(told) < 0.01
