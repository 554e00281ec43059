"""How a lot is described in Italian.

Of each list of phrases the first says everything to be seen; the others leave out the obvious or use another word.
"""

from __future__ import annotations

from ._tongue import Tongue

OBVERSES = {
    "laurel-bare": (
        "Testa laureata {side}",
        "Testa laureata di {ruler} {side}",
    ),
    "laurel-draped": (
        "Busto laureato, drappeggiato e corazzato {side}",
        "Busto laureato e drappeggiato {side}",
    ),
    "radiate-draped": (
        "Busto radiato, drappeggiato e corazzato {side}",
        "Busto radiato {side}",
    ),
    "helmet-armed": (
        "Busto elmato e corazzato {side}, con lancia e scudo",
        "Busto con elmo {side}",
    ),
    "diadem-draped": (
        "Busto diademato, drappeggiato e corazzato {side}",
        "Busto con diadema di perle {side}",
    ),
    "diadem-bare": (
        "Testa diademata {side}",
        "Testa diademata di {ruler} {side}",
    ),
    "none-draped": (
        "Busto drappeggiato {side}",
        "Busto drappeggiato di {ruler} {side}",
    ),
    "lion-bare": (
        "Testa di Ercole {side} con leontè",
        "Testa di Eracle {side} con pelle di leone",
    ),
}

REVERSES = {
    "fortuna": (
        "La Fortuna stante a s. con patera su altare e cornucopia",
        "Fortuna a s. con patera e cornucopia; altare acceso ai piedi",
    ),
    "genius": (
        "Genio stante a s. con patera e cornucopia",
        "Genio a s., nudo, con patera e cornucopia",
    ),
    "victory": (
        "La Vittoria incedente a s. con corona e palma",
        "Vittoria alata gradiente a s., corona e ramo di palma",
    ),
    "victory_globe": (
        "La Vittoria stante a s. su globo con corona e palma",
        "Vittoria su globo, con corona e palma",
    ),
    "eagle_globe": (
        "Aquila stante su globo ad ali spiegate, testa a s.",
        "Aquila ad ali aperte su globo",
    ),
    "eagle_thunderbolt": (
        "Aquila stante a s. su fulmine",
        "Aquila a s. su fulmine, ali chiuse",
    ),
    "hercules": (
        "Ercole stante di fronte, appoggiato alla clava, con leontè",
        "Ercole nudo con clava e pelle di leone",
    ),
    "mars": (
        "Marte stante a s. con lancia e scudo",
        "Virtus a s. con asta e scudo",
    ),
    "emperor_globe": (
        "L'imperatore stante a s. con globo e scettro",
        "Imperatore in abito militare con globo e scettro",
    ),
    "sacrifice": (
        "La Pietà stante a s., sacrifica con patera su altare e tiene scettro",
        "Pietas velata a s. con patera e scettro; altare",
    ),
    "pax": (
        "La Pace stante a s. con ramo d'ulivo e scettro",
        "Pax a s. con ramo e scettro",
    ),
    "roma": (
        "Roma seduta a s. con Vittoria e lancia, scudo a lato",
        "Roma in trono a s., Vittoriola e asta; scudo",
    ),
    "jupiter": (
        "Giove seduto a s. con patera e scettro",
        "Giove in trono a s. con patera e lungo scettro",
    ),
    "zeus_eagle": (
        "Zeus seduto a s. con aquila e scettro",
        "Zeus aetoforo in trono a s., scettro",
    ),
    "concordia": (
        "La Concordia seduta a s. con patera e cornucopia",
        "Concordia in trono a s., patera e cornucopia",
    ),
    "rider": (
        "L'imperatore a cavallo al galoppo a d. con lancia",
        "Cavaliere a d. con asta",
    ),
    "rider_captive": (
        "L'imperatore a cavallo a d. con lancia, prigioniero seduto davanti",
        "Cavaliere a d. con asta su prigioniero",
    ),
    "trophy": (
        "Due prigionieri seduti ai piedi di un trofeo con scudi",
        "Trofeo tra due prigionieri",
    ),
    "quadriga": (
        "L'imperatore su quadriga a d.",
        "Quadriga al galoppo a d.",
    ),
    "horse_free": (
        "Cavallo al galoppo a d., in alto stella",
        "Cavallo libero a d.; stella",
    ),
    "altar_lit": (
        "Altare acceso",
        "Grande altare con fiamme",
    ),
    "double_cornucopia": (
        "Due cornucopie incrociate",
        "Doppia cornucopia con frutti",
    ),
    "vota": (
        "VOT / XX / MVLT / XXX entro corona d'alloro",
        "Scritta su quattro righe in corona",
    ),
}

TONGUE = Tongue(
    code="it",
    sides=("a d.", "a s."),
    obverses=OBVERSES,
    reverses=REVERSES,
    metals={"silver": "argento", "gold": "oro", "bronze": "bronzo"},
    short_metals={"silver": "AR", "gold": "AV", "bronze": "AE"},
    layouts=(
        "{ruler} ({years}). {coin}, {mint}. D/ {obverse}. R/ {reverse}. {reference}. {measures}. {grade}",
        "{ruler}. {coin} ({short}, {measures}), {mint}. D\\ {obverse}. R\\ {reverse}. {reference}. {grade}",
        "{ruler}. {coin}, {mint}. {obverse} / {reverse}. {reference}. {measures}. {grade}",
        "{ruler}. {coin}, {mint}. {obverse}. {reverse}. {reference}. {measures}. {grade}",
    ),
    measures="gr. {weight}, mm {diameter}, {axis} h",
    comma=True,
    grades=(
        "MB",
        "qBB",
        "BB",
        "BB+",
        "qSPL",
        "SPL",
    ),
    years=(
        "{a}-{b} a.C.",
        "{a}-{b} d.C.",
        "{a} a.C.-{b} d.C.",
    ),
    remarks=(
        "",
        " Ex collezione Cavalli.",
        " Bella patina.",
        " Piccola screpolatura di conio.",
        " Stesso conio degli esemplari con aquila.",
    ),
    arms="busto con lancia e scudo",
)
