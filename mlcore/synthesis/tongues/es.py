"""How a lot is described in Spanish.

Of each list of phrases the first says everything to be seen; the others leave out the obvious or use another word.
"""

from __future__ import annotations

from ._tongue import Tongue

OBVERSES = {
    "laurel-bare": (
        "Cabeza laureada {side}",
        "Cabeza laureada de {ruler} {side}",
    ),
    "laurel-draped": (
        "Busto laureado, drapeado y acorazado {side}",
        "Busto laureado y drapeado {side}",
    ),
    "radiate-draped": (
        "Busto radiado, drapeado y acorazado {side}",
        "Busto radiado {side}",
    ),
    "helmet-armed": (
        "Busto con casco y coraza {side}, con lanza y escudo",
        "Busto galeado {side}",
    ),
    "diadem-draped": (
        "Busto diademado, drapeado y acorazado {side}",
        "Busto con diadema de perlas {side}",
    ),
    "diadem-bare": (
        "Cabeza diademada {side}",
        "Cabeza diademada de {ruler} {side}",
    ),
    "none-draped": (
        "Busto drapeado {side}",
        "Busto drapeado de {ruler} {side}",
    ),
    "lion-bare": (
        "Cabeza de Hércules {side} con piel de león",
        "Cabeza de Heracles {side} cubierta con leonté",
    ),
}

REVERSES = {
    "fortuna": (
        "Fortuna en pie a izq. con pátera sobre altar y cornucopia",
        "Fortuna a izq. con cuerno de la abundancia y pátera, a sus pies altar",
    ),
    "genius": (
        "Genio en pie a izq. con pátera y cornucopia",
        "Genio desnudo a izq. con pátera y cuerno de la abundancia",
    ),
    "victory": (
        "Victoria avanzando a izq. con corona y palma",
        "Niké alada a izq. con corona y palma",
    ),
    "victory_globe": (
        "Victoria en pie sobre globo a izq. con corona y palma",
        "Victoria sobre globo con corona y palma",
    ),
    "eagle_globe": (
        "Águila en pie sobre globo, alas desplegadas",
        "Águila explayada sobre globo",
    ),
    "eagle_thunderbolt": (
        "Águila en pie a izq. sobre haz de rayos",
        "Águila sobre rayo a izq.",
    ),
    "hercules": (
        "Hércules en pie de frente, apoyado en clava, con piel de león",
        "Hércules desnudo con clava y leonté",
    ),
    "mars": (
        "Marte en pie a izq. con lanza y escudo",
        "Virtus con lanza y escudo a izq.",
    ),
    "emperor_globe": (
        "Emperador en pie a izq. con globo y cetro",
        "Emperador en traje militar con globo y cetro",
    ),
    "sacrifice": (
        "Piedad en pie a izq., sacrificando con pátera sobre altar, con cetro",
        "Piedad velada a izq. con pátera y cetro, a sus pies ara",
    ),
    "pax": (
        "Paz en pie a izq. con rama de olivo y cetro",
        "Paz a izq. con rama y cetro",
    ),
    "roma": (
        "Roma sentada a izq. con Victoria y lanza, al lado escudo",
        "Roma en trono a izq. con Victoria y lanza; escudo",
    ),
    "jupiter": (
        "Júpiter sentado a izq. con pátera y cetro",
        "Júpiter entronizado a izq. con pátera y cetro",
    ),
    "zeus_eagle": (
        "Zeus sentado a izq. con águila y cetro",
        "Zeus aetóforo entronizado a izq. con cetro",
    ),
    "concordia": (
        "Concordia sentada a izq. con pátera y cornucopia",
        "Concordia entronizada a izq. con pátera y cuerno de la abundancia",
    ),
    "rider": (
        "Emperador a caballo galopando a der. con lanza",
        "Jinete a der. con lanza",
    ),
    "rider_captive": (
        "Emperador a caballo a der. con lanza, delante cautivo sentado",
        "Jinete a der. alanceando a un cautivo",
    ),
    "trophy": (
        "Dos cautivos sentados al pie de trofeo con escudos",
        "Trofeo entre dos cautivos",
    ),
    "quadriga": (
        "Emperador en cuadriga a der.",
        "Cuadriga a der. conducida por el emperador",
    ),
    "horse_free": (
        "Caballo galopando a der., encima estrella",
        "Caballo libre a der., estrella",
    ),
    "altar_lit": (
        "Altar encendido",
        "Gran ara con llamas",
    ),
    "double_cornucopia": (
        "Dos cornucopias cruzadas",
        "Doble cuerno de la abundancia",
    ),
    "vota": (
        "VOT / XX / MVLT / XXX dentro de corona de laurel",
        "Leyenda en cuatro líneas dentro de láurea",
    ),
}

TONGUE = Tongue(
    code="es",
    sides=("a der.", "a izq."),
    obverses=OBVERSES,
    reverses=REVERSES,
    metals={"silver": "plata", "gold": "oro", "bronze": "bronce"},
    short_metals={"silver": "AR", "gold": "AV", "bronze": "AE"},
    layouts=(
        "{ruler}. {coin}, {mint} ({years}). Anv.: {obverse}. Rev.: {reverse}. {reference}. {measures}. {grade}",
        "{ruler} ({years}). {coin}. {mint}. {metal}. Anv. {obverse}. Rev. {reverse}. {measures}. {reference}. {grade}",
        "{ruler}. {coin}, {mint}. {obverse} / {reverse}. {reference}. {measures}. {grade}",
        "{ruler}. {coin}, {mint}. {obverse}. {reverse}. {reference}. {measures}. {grade}",
    ),
    measures="{weight} g, {diameter} mm, {axis} h",
    comma=True,
    grades=(
        "BC",
        "BC+",
        "MBC-",
        "MBC",
        "MBC+",
        "EBC",
    ),
    years=(
        "{a}-{b} a.C.",
        "{a}-{b} d.C.",
        "{a} a.C.-{b} d.C.",
    ),
    remarks=(
        "",
        " Ex colección Águila.",
        " Pátina oscura.",
        " Buen ejemplar.",
        " Mismo cuño que los ejemplares con águila.",
    ),
    arms="busto con lanza y escudo",
)
