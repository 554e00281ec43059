"""How a lot is described in English.

Of each list of phrases the first says everything to be seen; the others leave out the obvious or use another word.
"""

from __future__ import annotations

from ._tongue import Tongue

OBVERSES = {
    "laurel-bare": (
        "Laureate head {side}",
        "Laureate head of {ruler} {side}",
    ),
    "laurel-draped": (
        "Laureate, draped and cuirassed bust {side}",
        "Laureate and draped bust {side}",
    ),
    "radiate-draped": (
        "Radiate, draped and cuirassed bust {side}",
        "Radiate bust {side}",
    ),
    "helmet-armed": (
        "Helmeted and cuirassed bust {side}, holding spear and shield",
        "Helmeted bust {side}",
    ),
    "diadem-draped": (
        "Pearl-diademed, draped and cuirassed bust {side}",
        "Diademed bust {side}",
    ),
    "diadem-bare": (
        "Diademed head {side}",
        "Diademed head of {ruler} {side}",
    ),
    "none-draped": (
        "Draped bust {side}",
        "Draped bust of {ruler} {side}, hair in knot",
    ),
    "lion-bare": (
        "Head of Hercules {side}, wearing lion skin",
        "Head of young Hercules {side} in lion's scalp",
    ),
}

REVERSES = {
    "fortuna": (
        "Fortuna standing left, holding patera over lighted altar and cornucopia",
        "Fortuna left with patera and cornucopiae, altar at feet",
        "Fortuna sacrificing over altar, cornucopia in left arm",
    ),
    "genius": (
        "Genius standing left, holding patera and cornucopia",
        "Genius left, naked but for chlamys, with patera and cornucopiae",
    ),
    "victory": (
        "Victory advancing left, holding wreath and palm",
        "Nike walking left with wreath and palm branch",
        "Winged Victory left, palm over shoulder",
    ),
    "victory_globe": (
        "Victory standing left on globe, holding wreath and palm",
        "Victory facing on globe, head left, with wreath",
        "Nike with wreath and palm upon globe",
    ),
    "eagle_globe": (
        "Eagle standing facing on globe, wings spread, head left",
        "Eagle with spread wings on globe",
        "Eagle on globe",
    ),
    "eagle_thunderbolt": (
        "Eagle standing left on thunderbolt, head right",
        "Eagle left on thunderbolt, wings closed",
        "Eagle on fulmen",
    ),
    "hercules": (
        "Hercules standing facing, leaning on club, lion skin over arm",
        "Hercules facing, with club and lion's skin",
        "Naked hero with club and lion's skin",
    ),
    "mars": (
        "Mars standing left, holding spear and resting hand on shield",
        "Virtus left with spear and shield",
        "Soldier std. l., with spear, shield set on ground",
    ),
    "emperor_globe": (
        "Emperor standing left, holding globe and sceptre",
        "Emperor in military dress left, with globe and sceptre",
        "Prince left, globe in right hand",
    ),
    "sacrifice": (
        "Pietas standing left, sacrificing from patera over altar, holding sceptre",
        "Veiled figure sacrificing over lighted altar, sceptre in left hand",
        "Pietas left with patera and sceptre",
    ),
    "pax": (
        "Pax standing left, holding olive-branch and sceptre",
        "Pax left with branch and transverse sceptre",
    ),
    "roma": (
        "Roma seated left, holding Victory and spear, shield at side",
        "Roma left on throne with Victory and spear, shield below",
        "Roma seated l., Victory in outstretched hand",
    ),
    "jupiter": (
        "Jupiter seated left, holding patera and sceptre",
        "Jupiter enthroned left with patera and long sceptre",
        "Jupiter left on throne, sceptre in left hand",
    ),
    "zeus_eagle": (
        "Zeus seated left, holding eagle and sceptre",
        "Zeus Aetophoros left on throne, sceptre behind",
        "Zeus enthroned left, eagle on right hand, holding sceptre",
    ),
    "concordia": (
        "Concordia seated left, holding patera and cornucopia",
        "Concordia enthroned left with patera and cornucopiae",
    ),
    "rider": (
        "Emperor on horse galloping right, holding spear",
        "Emperor on horseback right, thrusting spear",
        "Horseman charging right",
    ),
    "rider_captive": (
        "Emperor on horse right, spearing captive seated below",
        "Emperor galloping right, spear in hand, captive below",
        "Horseman riding down barbarian, spear raised",
    ),
    "trophy": (
        "Two captives seated at foot of trophy with shields",
        "Trophy of arms between two captives",
        "Trophy, on each side bound captive seated and shield",
    ),
    "quadriga": (
        "Emperor in quadriga right",
        "Emperor driving four-horse chariot right",
        "Quadriga right, driven by emperor holding reins",
    ),
    "horse_free": (
        "Horse galloping right, star above",
        "Free horse right; star in field",
        "Horse prancing right",
    ),
    "altar_lit": (
        "Lighted altar with panelled front",
        "Large altar, flames above",
        "Garlanded altar alight",
    ),
    "double_cornucopia": (
        "Two crossed cornucopiae",
        "Double cornucopia filled with fruit, tied with fillet",
        "Crossed horns of plenty",
    ),
    "vota": (
        "VOT / XX / MVLT / XXX within laurel wreath",
        "Legend in four lines within wreath",
        "Votive legend in wreath",
    ),
}

TONGUE = Tongue(
    code="en",
    sides=("right", "left"),
    obverses=OBVERSES,
    reverses=REVERSES,
    metals={"silver": "Silver", "gold": "Gold", "bronze": "Bronze"},
    short_metals={"silver": "AR", "gold": "AV", "bronze": "Æ"},
    layouts=(
        "{ruler}, {years}. {short} {coin}, {mint}. {obverse} / {reverse}. {reference}. {measures}. {grade}",
        "{ruler}. {coin} ({metal}, {measures}), {mint}, {years}. Obv: {obverse}. Rev: {reverse}. {reference}. {grade}",
        "{metal} {coin} of {ruler}, {mint}, {years}. {obverse}. Rev. {reverse}. {reference}. {measures}. {grade}",
        "{ruler} {coin}, {mint}. {obverse}. {reverse}. {reference}. {measures}. {grade}",
    ),
    measures="{weight}g, {diameter}mm, {axis}h",
    comma=False,
    grades=(
        "Fine",
        "Good Fine",
        "Near VF",
        "VF",
        "Good VF",
        "Near EF",
        "EF",
    ),
    years=(
        "{a}-{b} BC",
        "AD {a}-{b}",
        "{a} BC-AD {b}",
    ),
    remarks=(
        "",
        " Ex Eagle collection.",
        " From an old European collection.",
        " Ex Le Rider collection, acquired before 1970.",
        " Same obverse die as coins with standing eagle.",
    ),
    arms="bust armed with spear and shield",
)
