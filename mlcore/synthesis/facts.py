"""Rulers, mints, denominations and reverse types to draw from.

Names and their nomisma.org identifiers are facts; which of them meet on a coin, and the die's legend, is invented.
"""

from __future__ import annotations

from dataclasses import dataclass

from .portrait import Portrait

NOMISMA = "http://nomisma.org/id/"


@dataclass(frozen=True)
class Ruler:
    names: tuple[str, str, str, str, str]
    """English, German, French, Italian, Spanish."""
    uri: str
    legends: tuple[str, ...]
    years: tuple[int, int]
    portrait: Portrait
    world: str = "roman"


@dataclass(frozen=True)
class Mint:
    names: tuple[str, str, str, str, str]
    uri: str
    region: str
    mark: str


@dataclass(frozen=True)
class Denomination:
    name: str
    uri: str
    material: str
    weight: tuple[float, float]
    """Mean and deviation, grams."""
    diameter: float
    """Millimetres."""
    radiate: bool = False


def _same(name: str) -> tuple[str, str, str, str, str]:
    return name, name, name, name, name


RULERS = (
    Ruler(
        ("Augustus", "Augustus", "Auguste", "Augusto", "Augusto"),
        "augustus",
        ("CAESAR AVGVSTVS - DIVI F PATER PATRIAE",),
        (-2, 14),
        Portrait("combed", "none", "laurel", "bare"),
    ),
    Ruler(
        ("Nero", "Nero", "Néron", "Nerone", "Nerón"),
        "nero",
        ("IMP NERO CAESAR - AVG P MAX TR P",),
        (64, 68),
        Portrait("combed", "none", "laurel", "bare"),
    ),
    Ruler(
        ("Vespasian", "Vespasian", "Vespasien", "Vespasiano", "Vespasiano"),
        "vespasian",
        ("IMP CAESAR VESPASIANVS AVG",),
        (69, 79),
        Portrait("cropped", "none", "laurel", "bare"),
    ),
    Ruler(
        ("Trajan", "Traian", "Trajan", "Traiano", "Trajano"),
        "trajan",
        ("IMP TRAIANO AVG GER - DAC P M TR P COS V", "IMP CAES NERVA TRAIAN AVG GERM"),
        (98, 117),
        Portrait("combed", "none", "laurel", "bare"),
    ),
    Ruler(
        ("Hadrian", "Hadrian", "Hadrien", "Adriano", "Adriano"),
        "hadrian",
        ("HADRIANVS - AVG COS III P P", "IMP CAESAR TRAIAN HADRIANVS AVG"),
        (117, 138),
        Portrait("curly", "curly", "laurel", "draped"),
    ),
    Ruler(
        ("Antoninus Pius", "Antoninus Pius", "Antonin le Pieux", "Antonino Pio", "Antonino Pío"),
        "antoninus_pius",
        ("ANTONINVS AVG - PIVS P P TR P XII",),
        (138, 161),
        Portrait("curly", "curly", "laurel", "bare"),
    ),
    Ruler(
        ("Faustina the Elder", "Faustina I.", "Faustine mère", "Faustina I", "Faustina la Mayor"),
        "faustina_i",
        ("DIVA - FAVSTINA", "FAVSTINA - AVGVSTA"),
        (138, 146),
        Portrait("braided", "none", "none", "draped", woman=True),
        "women",
    ),
    Ruler(
        ("Marcus Aurelius", "Marcus Aurelius", "Marc Aurèle", "Marco Aurelio", "Marco Aurelio"),
        "marcus_aurelius",
        ("M ANTONINVS AVG - TR P XXIII",),
        (161, 180),
        Portrait("curly", "long", "laurel", "bare"),
    ),
    Ruler(
        ("Septimius Severus", "Septimius Severus", "Septime Sévère", "Settimio Severo", "Septimio Severo"),
        "septimius_severus",
        ("SEVERVS - PIVS AVG", "L SEPT SEV PERT - AVG IMP VIII"),
        (193, 211),
        Portrait("curly", "long", "laurel", "bare"),
    ),
    Ruler(
        ("Julia Domna", "Iulia Domna", "Julia Domna", "Giulia Domna", "Julia Domna"),
        "julia_domna",
        ("IVLIA - AVGVSTA", "IVLIA PIA - FELIX AVG"),
        (193, 217),
        Portrait("bun", "none", "none", "draped", woman=True),
        "women",
    ),
    Ruler(
        ("Severus Alexander", "Severus Alexander", "Sévère Alexandre", "Alessandro Severo", "Alejandro Severo"),
        "severus_alexander",
        ("IMP C M AVR SEV - ALEXAND AVG", "IMP ALEXANDER - PIVS AVG"),
        (222, 235),
        Portrait("cropped", "short", "laurel", "draped"),
    ),
    Ruler(
        ("Gordian III", "Gordian III.", "Gordien III", "Gordiano III", "Gordiano III"),
        "gordian_iii",
        ("IMP GORDIANVS - PIVS FEL AVG",),
        (238, 244),
        Portrait("cropped", "none", "radiate", "draped"),
    ),
    Ruler(
        ("Gallienus", "Gallienus", "Gallien", "Gallieno", "Galieno"),
        "gallienus",
        ("IMP GALLIENVS - AVG",),
        (253, 268),
        Portrait("curly", "short", "radiate", "draped"),
    ),
    Ruler(
        ("Aurelian", "Aurelian", "Aurélien", "Aureliano", "Aureliano"),
        "aurelian",
        ("IMP C AVRELIANVS AVG",),
        (270, 275),
        Portrait("cropped", "short", "radiate", "draped"),
    ),
    Ruler(
        ("Probus", "Probus", "Probus", "Probo", "Probo"),
        "probus",
        ("VIRTVS - PROBI AVG", "IMP C M AVR - PROBVS AVG"),
        (276, 282),
        Portrait("cropped", "short", "helmet", "armed", left=True),
    ),
    Ruler(
        ("Diocletian", "Diocletian", "Dioclétien", "Diocleziano", "Diocleciano"),
        "diocletian",
        ("IMP DIOCLETIANVS P F AVG",),
        (284, 305),
        Portrait("cropped", "short", "laurel", "bare"),
    ),
    Ruler(
        ("Constantine I", "Constantin I.", "Constantin Ier", "Costantino I", "Constantino I"),
        "constantine_i",
        ("CONSTANTI - NVS MAX AVG", "CONSTANTINVS AVG"),
        (306, 337),
        Portrait("combed", "none", "diadem", "draped"),
    ),
    Ruler(
        ("Theodosius I", "Theodosius I.", "Théodose Ier", "Teodosio I", "Teodosio I"),
        "theodosius_i",
        ("D N THEODO - SIVS P F AVG",),
        (379, 395),
        Portrait("combed", "none", "diadem", "draped"),
    ),
    Ruler(
        ("Alexander III", "Alexander III.", "Alexandre III", "Alessandro III", "Alejandro III"),
        "alexander_iii",
        ("",),
        (-336, -323),
        Portrait("combed", "none", "lion", "bare"),
        "alexander",
    ),
    Ruler(
        ("Philip II", "Philipp II.", "Philippe II", "Filippo II", "Filipo II"),
        "philip_ii",
        ("",),
        (-359, -336),
        Portrait("combed", "none", "diadem", "bare"),
        "philip",
    ),
    Ruler(
        ("Ptolemy I", "Ptolemaios I.", "Ptolémée Ier", "Tolomeo I", "Ptolomeo I"),
        "ptolemy_i",
        ("",),
        (-305, -282),
        Portrait("combed", "none", "diadem", "bare"),
        "ptolemy",
    ),
)

MINTS = (
    Mint(("Rome", "Rom", "Rome", "Roma", "Roma"), "rome", "Latium", "ROM"),
    Mint(("Rome", "Rom", "Rome", "Roma", "Roma"), "rome", "Latium", ""),
    Mint(("Lugdunum", "Lugdunum", "Lyon", "Lugdunum", "Lugdunum"), "lugdunum", "Gaul", "PLC"),
    Mint(("Treveri", "Trier", "Trèves", "Treviri", "Tréveris"), "treveri", "Gaul", "PTR"),
    Mint(_same("Siscia"), "siscia", "Pannonia", "SIS"),
    Mint(("Antioch", "Antiochia", "Antioche", "Antiochia", "Antioquía"), "antiocheia_syria", "Syria", "SMANT"),
    Mint(
        ("Constantinople", "Konstantinopel", "Constantinople", "Costantinopoli", "Constantinopla"),
        "constantinople",
        "Thrace",
        "CONS",
    ),
    Mint(
        ("Thessalonica", "Thessalonika", "Thessalonique", "Tessalonica", "Tesalónica"),
        "thessalonica",
        "Macedon",
        "SMTS",
    ),
)
GREEK_MINTS = {
    "alexander": Mint(_same("Amphipolis"), "amphipolis", "Macedon", ""),
    "philip": Mint(_same("Amphipolis"), "amphipolis", "Macedon", ""),
    "ptolemy": Mint(
        ("Alexandria", "Alexandria", "Alexandrie", "Alessandria", "Alejandría"), "alexandreia_egypt", "Egypt", ""
    ),
}

DENOMINATIONS = (
    Denomination("Denarius", "denarius", "silver", (3.3, 0.25), 18.5),
    Denomination("Denarius", "denarius", "silver", (3.2, 0.3), 18.0),
    Denomination("Sestertius", "sestertius", "bronze", (24.5, 2.2), 32.0),
    Denomination("Dupondius", "dupondius", "bronze", (12.3, 1.2), 27.0),
    Denomination("As", "as", "bronze", (10.6, 1.1), 26.0),
    Denomination("Aureus", "aureus", "gold", (7.2, 0.1), 20.0),
)
LATE_DENOMINATIONS = (
    Denomination("Nummus", "nummus", "bronze", (3.4, 0.5), 20.0),
    Denomination("AE3", "ae3", "bronze", (2.4, 0.4), 17.5),
    Denomination("Solidus", "solidus", "gold", (4.45, 0.05), 21.0),
    Denomination("Siliqua", "siliqua", "silver", (2.0, 0.2), 17.5),
)
ANTONINIANUS = Denomination("Antoninianus", "antoninianus", "silver", (3.9, 0.5), 21.5, radiate=True)
TETRADRACHM = Denomination("Tetradrachm", "tetradrachm", "silver", (16.9, 0.3), 27.0)
MATERIALS = {"silver": "ar", "bronze": "ae", "gold": "av"}
