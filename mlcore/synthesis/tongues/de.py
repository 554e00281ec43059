"""How a lot is described in German.

Of each list of phrases the first says everything to be seen; the others leave out the obvious or use another word.
"""

from __future__ import annotations

from ._tongue import Tongue

OBVERSES = {
    "laurel-bare": (
        "Kopf mit Lorbeerkranz {side}",
        "Belorbeerter Kopf {side}",
    ),
    "laurel-draped": (
        "Drapierte und gepanzerte Büste mit Lorbeerkranz {side}",
        "Belorbeerte, drapierte Büste {side}",
    ),
    "radiate-draped": (
        "Drapierte Büste mit Strahlenkrone {side}",
        "Büste mit Strahlenkrone {side}",
    ),
    "helmet-armed": (
        "Gepanzerte Büste mit Helm {side}, Speer und Schild haltend",
        "Behelmte Büste {side}",
    ),
    "diadem-draped": (
        "Drapierte und gepanzerte Büste mit Perlendiadem {side}",
        "Büste mit Diadem {side}",
    ),
    "diadem-bare": (
        "Kopf mit Diadem {side}",
        "Kopf des {ruler} mit Diadem {side}",
    ),
    "none-draped": (
        "Drapierte Büste {side}",
        "Büste der {ruler} {side}",
    ),
    "lion-bare": (
        "Kopf des Herakles im Löwenfell {side}",
        "Kopf des jugendlichen Hercules mit Löwenskalp {side}",
    ),
}

REVERSES = {
    "fortuna": (
        "Fortuna steht n. l., mit Patera über Altar und Füllhorn",
        "Fortuna n. l. mit Opferschale und Füllhorn, vor ihr Altar",
    ),
    "genius": (
        "Genius steht n. l., Patera und Füllhorn haltend",
        "Genius mit Modius n. l., mit Opferschale und Füllhorn",
    ),
    "victory": (
        "Victoria schreitet n. l., Kranz und Palmzweig haltend",
        "Nike n. l. mit Kranz und Palmwedel",
    ),
    "victory_globe": (
        "Victoria steht auf Globus n. l., mit Kranz und Palmzweig",
        "Victoria auf Kugel, Kranz und Palme haltend",
    ),
    "eagle_globe": (
        "Adler mit ausgebreiteten Schwingen steht auf Globus",
        "Adler v. v. auf Kugel, Kopf n. l.",
    ),
    "eagle_thunderbolt": (
        "Adler steht n. l. auf Blitzbündel",
        "Adler n. l. auf Blitz",
    ),
    "hercules": (
        "Hercules steht v. v., auf Keule gestützt, Löwenfell über dem Arm",
        "Herkules mit Keule und Löwenfell",
    ),
    "mars": (
        "Mars steht n. l., mit Speer und Schild",
        "Virtus n. l., Lanze und Schild haltend",
    ),
    "emperor_globe": (
        "Kaiser steht n. l., Globus und Zepter haltend",
        "Kaiser in Rüstung n. l. mit Kugel und Szepter",
    ),
    "sacrifice": (
        "Pietas steht n. l., opfert aus Patera über Altar, in der Linken Zepter",
        "Pietas verschleiert, am Altar opfernd, mit Szepter",
    ),
    "pax": (
        "Pax steht n. l. mit Zweig und Zepter",
        "Pax n. l., Ölzweig und Szepter haltend",
    ),
    "roma": (
        "Roma sitzt n. l., Victoria und Speer haltend, an der Seite Schild",
        "Roma thront n. l. mit Victoria und Lanze, daneben Schild",
    ),
    "jupiter": (
        "Jupiter sitzt n. l., Patera und Zepter haltend",
        "Iuppiter thront n. l. mit Opferschale und Szepter",
    ),
    "zeus_eagle": (
        "Zeus sitzt n. l. mit Adler und Zepter",
        "Zeus Aetophoros thront n. l., in der Linken Szepter",
    ),
    "concordia": (
        "Concordia sitzt n. l., Patera und Füllhorn haltend",
        "Concordia thront n. l. mit Opferschale und Füllhorn",
    ),
    "rider": (
        "Kaiser zu Pferd n. r. reitend, mit Speer",
        "Kaiser n. r. galoppierend, Lanze in der Rechten",
        "Reiter n. r.",
    ),
    "rider_captive": (
        "Kaiser zu Pferd n. r., mit Speer, davor sitzender Gefangener",
        "Reiter n. r. mit Lanze, Gefangener am Boden",
    ),
    "trophy": (
        "Tropaion mit Schilden, darunter zwei sitzende Gefangene",
        "Zwei Gefangene unter Tropaeum",
    ),
    "quadriga": (
        "Kaiser in Quadriga n. r.",
        "Kaiser im Viergespann n. r.",
    ),
    "horse_free": (
        "Pferd galoppiert n. r., darüber Stern",
        "Freies Ross n. r., oben Stern",
    ),
    "altar_lit": (
        "Brennender Altar",
        "Großer Altar mit Flammen",
    ),
    "double_cornucopia": (
        "Zwei gekreuzte Füllhörner",
        "Doppelfüllhorn mit Früchten",
    ),
    "vota": (
        "VOT / XX / MVLT / XXX im Lorbeerkranz",
        "Inschrift in vier Zeilen im Kranz",
    ),
}

TONGUE = Tongue(
    code="de",
    sides=("n. r.", "n. l."),
    obverses=OBVERSES,
    reverses=REVERSES,
    metals={"silver": "Silber", "gold": "Gold", "bronze": "Bronze"},
    short_metals={"silver": "AR", "gold": "AV", "bronze": "AE"},
    layouts=(
        "{ruler}, {years}. {coin}, {mint}. Vs.: {obverse}. Rs.: {reverse}. {reference}. {measures}. {grade}",
        "{ruler}. {short}-{coin}, {years}, {mint}; {measures}. {obverse} Rs. {reverse}. {reference}. {grade}",
        "{ruler}, {years}. {coin}, {mint}. {obverse} / {reverse}. {reference}. {measures}. {grade}",
        "{ruler}. {coin}, {mint}. {obverse}. {reverse}. {reference}. {measures}. {grade}",
    ),
    measures="{weight} g, {diameter} mm, {axis} h",
    comma=True,
    grades=(
        "s",
        "ss-s",
        "ss",
        "ss-vz",
        "vz-ss",
        "vz",
    ),
    years=(
        "{a}-{b} v. Chr.",
        "{a}-{b} n. Chr.",
        "{a} v. Chr.-{b} n. Chr.",
    ),
    remarks=(
        "",
        " Aus Sammlung Adler.",
        " Leichte Korrosionsspuren.",
        " Feine Patina.",
        " Aus demselben Stempel wie die Stücke mit Quadriga.",
    ),
    arms="Büste mit Speer und Schild",
)
