"""Reverse types: a scene with the legends that go with it."""

from __future__ import annotations

from dataclasses import dataclass

from .scenes import emblems, mounted, seated, standing
from .scenes.ground import Scene


@dataclass(frozen=True)
class Motif:
    name: str
    scene: Scene
    legends: tuple[str, ...]
    world: str = "roman"
    exergue: bool = True
    """Whether there is room for a mint mark below the ground line."""


MOTIFS = (
    Motif("fortuna", standing.fortuna, ("FORTVNA - REDVX", "FORTVNAE - AVG"), "women"),
    Motif("genius", standing.genius, ("GENIO POPV - LI ROMANI",)),
    Motif("victory", standing.victory, ("VICTORIA - AVG", "VICTORIA - AVGVSTI")),
    Motif("victory_globe", standing.victory_globe, ("VICTORIA - AVGVSTORVM",), exergue=False),
    Motif("eagle_globe", emblems.eagle_globe, ("CONSE - CRATIO",), exergue=False),
    Motif("eagle_thunderbolt", emblems.eagle_thunderbolt, ("ΠΤΟΛΕΜΑΙΟΥ - ΒΑΣΙΛΕΩΣ",), "ptolemy", exergue=False),
    Motif("hercules", standing.hercules, ("HERCVLI - CONSERVAT", "HERCVLI - PACIFERO")),
    Motif("mars", standing.mars, ("VIRTVS - AVG", "MARTI - PROPVGNATORI")),
    Motif("emperor_globe", standing.emperor_globe, ("PRINCIPI - IVVENTVTIS", "P M TR P V - COS II P P")),
    Motif("sacrifice", standing.sacrifice, ("PIETAS - AVG", "VOTA - PVBLICA"), "women"),
    Motif("pax", standing.pax, ("PAX - AVGVSTI", "PAX - AETERNA"), "women"),
    Motif("roma", seated.roma, ("ROMAE - AETERNAE", "P M TR P VIII - COS III")),
    Motif("jupiter", seated.jupiter, ("IOVI - VICTORI", "IOVI - CONSERVATORI")),
    Motif("zeus_eagle", seated.zeus_eagle, ("ΒΑΣΙΛΕΩΣ - ΑΛΕΞΑΝΔΡΟΥ", "ΑΛΕΞΑΝΔΡΟΥ"), "alexander"),
    Motif("concordia", seated.concordia, ("CONCOR - DIA AVGG", "CONCORDIA - AVG"), "women"),
    Motif("rider", mounted.rider, ("ADVENTVS - AVG", "VIRTVS - AVGVSTI"), exergue=False),
    Motif("rider_captive", emblems.rider_captive, ("VIRTVTI - AVGVSTI",), exergue=False),
    Motif("trophy", emblems.trophy, ("VICTORIA - GERMANICA", "DE GER - MANIS")),
    Motif("quadriga", mounted.quadriga, ("ADVENTVS - AVG N", "COS - IIII P P")),
    Motif("horse_free", mounted.horse_free, ("ΦΙΛΙΠ - ΠΟΥ",), "philip", exergue=False),
    Motif("altar_lit", emblems.altar_lit, ("PROVI - DENTIA AVG", "CONSE - CRATIO")),
    Motif(
        "double_cornucopia",
        emblems.double_cornucopia,
        ("FELICITAS - TEMPORVM", "SAECVLI - FELICITAS"),
        "women",
        exergue=False,
    ),
    Motif("vota", emblems.vota, ("",), exergue=False),
)
