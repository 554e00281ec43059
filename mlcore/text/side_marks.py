"""What marks the sides in the text of a lot, and what stands around them: patterns, each linear in the text."""

from __future__ import annotations

import re

from mlcore.text.catalogues import LETTER_OPENING, OPENING

_START = r"(?:^|(?<=[\s(\[/]))"

OBVERSE_MARK = re.compile(
    _START + r"(?:(?:Obv|OBV|Vs|Hs|Av|Anv|ANV|Dr)(?:\s?:|[.:]+)"
    r"|(?:Obverse|Vorderseite|Hauptseite|Avers|Anverso|Droit|Di?ritto)\s?[.:]+|[AD][/\\])"
    r"(?=\s|[^\W\d_]|\[|$)"
)
REVERSE_MARK = re.compile(
    _START + r"(?:(?:Rev|REV|Rs|Rv)(?:\s?:|[.:]+)|(?:Reverse|Reverso|Revers|Rückseite|Rovescio)\s?[.:]+|R[/\\])"
    r"(?=\s|[^\W\d_]|\[|$)"
)
LOW_OBVERSE_MARK = re.compile(r"(?:^|(?<=[.,;)])\s+)(?:obv|av|vs|anv)[.:]+(?=\s)")
LOW_REVERSE_MARK = re.compile(r"(?<=[.,;])\s+(?:rev|rv|rs)[.:](?=\s)")
"""In small letters it is a mark only after a stop: "porous on rev." speaks of the state of the coin."""
LETTER_OBVERSE_MARK = re.compile(_START + r"O:(?=\s)")
LETTER_REVERSE_MARK = re.compile(r"(?<=[.;/])\s+R:(?=\s)")
"""Means the reverse only where "O:" stands before it."""
WEAK_OBVERSE_MARK = re.compile(r"(?:Dr\s?[.:]|Av\s?[.:]|[AD][/\\])")
"""Means a side only where a mark of the reverse follows: else "Dr." is a doctor, and "Av." a coin of gold."""

SLASH = re.compile(r"(?<=\S)\s+//?\s+(?=\S)")
STOP = re.compile(r"(?<=[.;])\s(?:[\s;]|\.(?!\.))*|(?<=[,)])\s+(?=cf\.)")
INITIAL = re.compile(
    r"(?:^|[\s(])(?:[A-Z]|Cn|Sex|Ti|Sp|Ser|Ap|Mn|Pub|St|cf|Mt|ca|no|nr|c|Dr|Prof|Mr|Mrs|Slg|Coll|Sig)\.$"
)

_GRADES = (
    "FDC?|Mint State|(?:(?:Good|Near|Choice|About|Nearly|Almost|Superb|Toned|Nice) )*"
    r"(?:a?g?EF|a?g?VF|a?g?F|XF|Fine|Poor|Fair|(?i:(?:very|extremely) fine))"
    r"|(?:[fF]ast |[gG]ut(?:es)? |[kK]napp )?(?:(?i:sehr schön|vorzüglich|schön|stempelglanz)|ss|vz|st|ge|sge|PP)"
    r"(?:[-/+–](?:s|ss|vz|st|ge))?"
    r"|(?:q|m|più di )?(?:BB|SPL|MB|FDC)(?:[-/+](?:BB|SPL|FDC))?\+?"
    r"|(?:TB|TTB|SUP|SPL)(?:[-/+ à]+(?:TB|TTB|SUP|SPL|FDC))?\+?|(?:MBC|EBC)[-+]?|(?:BC|SC)[-+]"
)
_STATE = (
    "(?i:minor|lightly|slightly|slight(?! drap)|toned|porous|well cent(?:re|ere)d|condition|patina|rarity|scarce|"
    "very rare|rare|extremely rare|selten|sehr selten|"
    "belle patine|patine|erhaltung|unpublished|weight|gewicht|peso|poids|"
    "diameter|usual|superbe?|très)\\b|Old |Bel |Rar[oa]\\b|Dunkle|Schöne|Feine|Attractive|Dark|Green patina|"
    "Brown patina|Some |Reportedly |Ø"
)
_PROVENANCE = (
    r"From (?:a|the|an)\b|(?:[Ee]x|EX)\b|Purchased|Acquired|Bought|Proven(?:ance|ienz)|Exemplar|Erworben|"
    r"Aus (?:der|einer|dem|Sammlung)\b|Sammlung|Collection|Collezione|Da (?:collezione|asta)|Ex-|Colección|SOLD|"
    r"Published|Lot \d"
)
PROVENANCE = re.compile(rf"[(\[]?(?:{_PROVENANCE})")
_MEASURE = r"(?:[(ø⌀∅]?\s?\d+(?:[.,]\d+)?\s?(?:g|gr|gm|gms|grs|grams|Gramm|mm|h|cm)\b|(?:g|gr|mm|Gr)\.?\s\d+[.,]\d)"
_REFERENCE = (
    r"(?:[Cc]f\.|[Vv]gl\.|var\.|Ref(?:s|erence|erences|erenz)?[.:]|Lit(?:eratur)?[.:]|Zit[.:]|Bibl?[.:])"
    rf"|{OPENING}"
)
_NAMED_WORK = (
    r"(?:[A-ZÀ-Ý][\w'’&-]*\s|[A-ZÀ-Ý][a-zà-ÿ]{1,4}\.\s){1,4}(?:\([^)]{1,30}\)\s)?(?:(?:p|pl|no|nr|n|vol|S|Taf|T)\.?\s?)?"
    r"\d[\d.,/a-z-]*\s*(?:[;.()]|$)"
)
"""Names in capitals and a number: some catalogue that catalogues.toml does not know."""
NAMED_WORK = re.compile(_NAMED_WORK)
NUMBER_OF_WORK = re.compile(r"\s(?=(?:(?:pp?|pl|n[or]|vol|Taf|T)\.?\s?)?\d)")
NO_WORK = re.compile(
    r"(?:Lots?|Weight|Gewicht|Diameter|Circa|Ca\.|Year|From|Struck|Estimate|Price|Los|Im Jahr|January|February|March|"
    r"April|May|June|July|August|September|October|November|December)\b|AD\s\d"
)
AFTER_INITIAL = re.compile(rf"[(\[]?{LETTER_OPENING}")
"""Ends a sentence even behind one letter: "S C. C. 12" is a legend and Cohen's number."""
SURE_TAIL = re.compile(rf"[(\[]?(?:{_REFERENCE}|{_MEASURE})")
TAIL = re.compile(
    rf"[(\[]?(?:{_REFERENCE}|{_MEASURE}|(?:C|S|B|R|P|K|G)\.?\s\d|(?:{_GRADES})\s*(?:[.,;:)]|$)|{_STATE}|{_PROVENANCE}"
    rf"|R{{1,5}}\d?\s*(?:[.,;]|$)|{_NAMED_WORK})"
)
"""Where it matches after a stop, the description of the side has ended: reference, measure, grade, state or origin."""
AFTERWORD = re.compile(rf"[(\[]?(?:(?:{_GRADES})\s*(?:[.,;:)/]|$)|{_STATE}|{_PROVENANCE})")
"""State, grade or origin: where it matches after a stop, a header has ended."""
BRACKETED = re.compile(rf"(?<=\s)[(\[](?={_REFERENCE})")

_METALS = r"AR|AV|AU|AE\d?|Æ\d?|BI|EL|PB|Billon|Silver|Gold|Bronze|Copper|Silber|Bronce|Argent|Or|Argento|Oro|Plata"
_COINS = (
    "denar|aure|sesterz|sestert|dupond|antonin|tetradra|drachm|drachme|didrach|stater|solid|siliqua|foll|quinar|quadrans|"
    "semis|tremiss|triens|cistoph|obol|centenion|argente|medalli|shekel|hemidrach|miliarens|nummus|victoriat"
)
_YEARS = (
    r"(?:undated|n\. ?d\.|s\. ?d\.|(?:AD|BC|BCE|CE|ca\.|circa|c\.)?\s?\d{1,4}(?:\s?[-–/]\s?(?:AD|BC)?\s?(?:\d{1,4})?)?"
)
_YEARS += r"\s?(?:AD|BCE?|CE|[nv]\. ?Chr\.?|(?:av|ap)\. J\.-?C\.?|[ad]\. ?C\.?)?\.?)"
HEADER = re.compile(
    rf"\b(?:{_METALS})\b|(?i:\b(?:{_COINS})[a-zà-ü]*\b)|\bAs(?:se)?\b|{_YEARS}\)?\s*$|{_MEASURE}|(?i:\bmint\b|\bmünzstätte\b|\batelier\b|\bzecca\b)"
)
PLACE = re.compile(r"[^\W\d_a-zß-öø-ÿ][a-zß-öø-ÿ]+(?:[ ,]+[^\W\d_a-zß-öø-ÿ][a-zß-öø-ÿ]+){0,2}$")
"""A mint: up to three words, each beginning with a capital."""
DESCRIBES = re.compile(
    r"(?i:\b(?:bust|head|heads|busts|laureate|radiate|diademed|draped|cuirassed|helmeted|veiled|standing|seated|holding|"
    r"advancing|wreath|legend|kopf|büste|brustbild|steht|stehend|sitzt|sitzend|hält|haltend|tête|buste|debout|assise?|tenant|"
    r"testa|busto|stante|sedut[oa]|cabeza|laureada|caput|protome|hd|stg|adv|right|left|rechts|links|droite|gauche|destra|"
    r"sinistra|derecha|izquierda|facing|within|between)\b)"
)
LEGEND_START = re.compile(r"[\[(]?[^\W\d_a-zß-öø-ÿ]{2,}|[\[(]?(?:[^\W\d_a-z][ .·•]){2,}")
SMALL_WORD = re.compile(r"[a-zß-öø-ÿ]{2,}")
CAPITALS_END = re.compile(r"(?:^|[\s.,\[(])[^\W\d_a-zß-öø-ÿ][^\Wa-zß-öø-ÿ]*[\])•·.]*$")
LEGEND_AND_TYPE = re.compile(r"[^a-zß-öø-ÿ,]+\s[^a-zß-öø-ÿ,]+\s[^a-zß-öø-ÿ,]+,[^,]*?[a-zß-öø-ÿ]{3}")
"""A legend of three words or more, a comma, and words in small letters."""
CAPITALISED = re.compile(r"[^\W\d_a-zß-öø-ÿ][a-zß-öø-ÿ]")
"""A word that begins a sentence, not one of a legend."""
LEADING = re.compile(r"(?:(?!\.\.)[\s.;,:–—|/\\])*")
"""Two points or more are lost letters of a legend, and belong to it."""
