"""Legends: where they stand in a description, and the form in which they are searched."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from mlcore.text.layout import Span
from mlcore.text.part import Part

_TOKEN = re.compile(r"\S+")
_SMALL = re.compile(r"[a-zß-öø-ÿά-ψϊ-ώἀ-ῼ]")
"""Small letters, but for omega, which is typed for the round one among Greek capitals."""
_CONNECTOR = re.compile(r"[-–—/|•·.…:&+*✶★]+|\[?[-–—.…]*\]?|\d{1,4}")
"""What may stand between the words of a legend."""
_NUMERAL = re.compile(r"[IVXLC]+")
_ENDS = re.compile(r"[,;:!?]$|\.[)\]]?$")
_LOST = re.compile(r"[\[(]?(?:\.{2,}|…|-{2,}|–{2,}|—)[\])]?")

_SAME_LOOK = str.maketrans("ABEHIKMNOPTXYZCSWUV", "ΑΒΕΗΙΚΜΝΟΡΤΧΥΖΣΣΩΥΥ")
"""Latin letters that describers type for Greek ones; C is the lunate sigma, W the round omega."""
_ODD_GREEK = str.maketrans({"Ϲ": "Σ", "ϲ": "Σ", "Є": "Ε", "є": "Ε", "Ԑ": "Ε", "ϵ": "Ε", "Ѡ": "Ω", "ω": "Ω", "С": "Σ"})
_ONLY_GREEK = re.compile(r"[ΓΔΘΛΞΠΣΦΨΩϹϲЄε]|[\u0370-\u03ff\u0400-\u045f]")
_ONLY_LATIN = re.compile(r"[DFGJLQRS]")
_LETTER = re.compile(r"[^\W\d_]")
_LONGEST_QUERY = 200


def read_legends(text: str, start: int = 0, end: int | None = None) -> Iterator[Part]:
    """Yield the stretches of capitals in text[start:end], by place.

    Two letters or more without any small one, with the dots, dashes, strokes and brackets between them. A numeral
    behind a name (Ptolemy II) and initials (M. Antonius) are none. Values: `text` without line breaks, `normal` (see
    `normal_legend`), `script` Latin or Greek, `lost` whether letters are lost. Where one legend of the stretch is
    Greek, one whose letters both scripts share is Greek as well.
    """
    spans = list(_runs(text, start, len(text) if end is None else end))
    greek = any(script_of(text[first:last]) == "Greek" for first, last in spans)
    for first, last in spans:
        written = " ".join(text[first:last].split())
        script = "Greek" if greek and not _ONLY_LATIN.search(written) else script_of(written)
        yield Part(
            "legend",
            first,
            last,
            "capitals" if _LETTER.search(written) else "lost legend",
            {
                "text": written,
                "normal": normal_legend(written, script),
                "script": script,
                "lost": bool(_LOST.search(written)) or "[" in written,
            },
        )


def script_of(legend: str) -> str:
    """Return "Greek" where a letter stands that is only Greek (or a look-alike of one), else "Latin"."""
    return "Greek" if _ONLY_GREEK.search(legend) else "Latin"


def normal_legend(legend: str, script: str = "") -> str:
    """Return the letters and figures of a legend in capitals, without spaces, points and brackets.

    V stands for U and I for J in Latin; a lunate or final sigma is Σ, and Latin look-alikes are Greek letters where
    the script is Greek. Letters in brackets, restored by the describer, count; a gap of unknown letters becomes "…".
    """
    capitals = unicodedata.normalize("NFD", _LOST.sub("…", legend).translate(_ODD_GREEK).upper())
    letters = "".join(sign for sign in capitals if sign.isalnum() or sign == "…")
    if (script or script_of(legend)) == "Greek":
        return letters.translate(_SAME_LOOK)
    return letters.replace("U", "V").replace("J", "I")


def like_legend(query: str) -> str:
    """Return a wildcard query such as "*CAES*AVG*" as a pattern of SQL's LIKE over normal legends.

    * stands for any letters, ? for one; the whole legend must fit, and spaces in the query do not count. Raises
    ValueError where the query has no letter or is longer than 200 signs.
    """
    if not _LETTER.search(query) or len(query) > _LONGEST_QUERY:
        raise ValueError(f"The legend {query[:50]!r} needs a letter and at most {_LONGEST_QUERY} signs, as *CAES*AVG*.")
    script = script_of(query)
    pieces = re.split(r"([*?])", query)
    return "".join({"*": "%", "?": "_"}.get(piece) or normal_legend(piece, script) for piece in pieces)


def legend_fits(legend: str, query: str) -> bool:
    """Whether a normal legend fits a query of `like_legend`; time at most the product of their lengths."""
    first, *others = [piece.replace("_", "?") for piece in re.split("%+", like_legend(query))]
    if not others:
        return len(first) == len(legend) and _stands(first, legend, 0)
    if not _stands(first, legend, 0):
        return False
    place = len(first)
    *middle, last = others
    for piece in middle:
        found = (
            next((spot for spot in range(place, len(legend)) if _stands(piece, legend, spot)), None) if piece else place
        )
        if found is None:
            return False
        place = found + len(piece)
    return len(legend) - len(last) >= place and _stands(last, legend, len(legend) - len(last))


def _stands(piece: str, legend: str, place: int) -> bool:
    there = legend[place : place + len(piece)]
    return len(there) == len(piece) and all(sign in ("?", letter) for sign, letter in zip(piece, there, strict=True))


def _runs(text: str, start: int, end: int) -> Iterator[Span]:
    run: list[re.Match[str]] = []
    before = ""
    for token in _TOKEN.finditer(text, start, end):
        word = token.group()
        if _is_capital(word) or (run and _CONNECTOR.fullmatch(word.rstrip(",;"))):
            run.append(token)
            if not _ENDS.search(word) or _goes_on(word):
                continue
        yield from _legend(text, run, before, "" if run and run[-1] is token else word)
        before = word
        run = []
    yield from _legend(text, run, before, "")


def _is_capital(word: str) -> bool:
    return not _SMALL.search(word) and bool(_LETTER.search(word) or _LOST.fullmatch(word.strip(",;")))


def _goes_on(word: str) -> bool:
    """Points that part words or stand for lost letters do not end a legend: IMP. CAES. and AV..."""
    return _LOST.fullmatch(word) is not None or (word.endswith(".") and len(word) > 2)


def _legend(text: str, run: list[re.Match[str]], before: str, after: str) -> Iterator[Span]:
    words = [token.group().rstrip(",;:") for token in run]
    while words and _CONNECTOR.fullmatch(words[-1]) and not _LOST.fullmatch(words[-1]):
        if words[-1].isdigit() and len(words) > 1 and not after:
            break
        words.pop()
    letters = [re.sub(r"[\W\d_]", "", word) for word in words]
    if not words or not (any(letters) or _LOST.fullmatch(words[0])) or _is_name(words, letters, before, after):
        return
    first, last = run[0].start(), run[len(words) - 1].end()
    while last > first and (text[last - 1] in ",;:" or (text[last - 1] == "." and text[last - 2 : last] != "..")):
        last -= 1
    yield _balanced(text, first, last)


def _is_name(words: list[str], letters: list[str], before: str, after: str) -> bool:
    """Whether capitals are one letter in the field, initials before a name, or the numeral behind one."""
    if any(letters) and all(len(word) < 2 for word in letters):
        return sum(map(len, letters)) < 2 or (after[:1].isupper() and words[-1].endswith("."))
    numeral = len(words) == 1 and _NUMERAL.fullmatch(letters[0])
    return bool(numeral) and before[:1].isupper() and before[-1:].islower()


def _balanced(text: str, first: int, last: int) -> Span:
    """Leave out a bracket that opens before the legend or closes after it."""
    for opening, closing in ("()", "[]"):
        inside = text[first:last]
        if inside.count(opening) > inside.count(closing) and text[first] == opening:
            first += 1
        elif inside.count(closing) > inside.count(opening) and text[last - 1] == closing:
            last -= 1
    return first, last
