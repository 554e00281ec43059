"""How a lot is described in French.

Of each list of phrases the first says everything to be seen; the others leave out the obvious or use another word.
"""

from __future__ import annotations

from ._tongue import Tongue

OBVERSES = {
    "laurel-bare": (
        "Tête laurée {side}",
        "Tête laurée de {ruler} {side}",
    ),
    "laurel-draped": (
        "Buste lauré, drapé et cuirassé {side}",
        "Buste lauré et drapé {side}",
    ),
    "radiate-draped": (
        "Buste radié, drapé et cuirassé {side}",
        "Buste radié {side}",
    ),
    "helmet-armed": (
        "Buste casqué et cuirassé {side}, tenant une lance et un bouclier",
        "Buste casqué {side}",
    ),
    "diadem-draped": (
        "Buste diadémé, drapé et cuirassé {side}",
        "Buste au diadème perlé {side}",
    ),
    "diadem-bare": (
        "Tête diadémée {side}",
        "Tête diadémée de {ruler} {side}",
    ),
    "none-draped": (
        "Buste drapé {side}",
        "Buste drapé de {ruler} {side}",
    ),
    "lion-bare": (
        "Tête d'Hercule {side}, coiffée de la léonté",
        "Tête d'Héraklès imberbe {side}, coiffée de la dépouille de lion",
    ),
}

REVERSES = {
    "fortuna": (
        "La Fortune debout à gauche, tenant une patère au-dessus d'un autel et une corne d'abondance",
        "Fortuna à g., sacrifiant sur un autel allumé, corne d'abondance au bras",
    ),
    "genius": (
        "Génie debout à gauche, tenant une patère et une corne d'abondance",
        "Génie nu à g., patère et corne d'abondance",
    ),
    "victory": (
        "La Victoire marchant à gauche, tenant une couronne et une palme",
        "Victoire passant à g. avec couronne et palme",
    ),
    "victory_globe": (
        "La Victoire debout sur un globe à gauche, tenant une couronne et une palme",
        "Victoire sur un globe, couronne et palme",
    ),
    "eagle_globe": (
        "Aigle debout de face sur un globe, les ailes déployées",
        "Aigle éployé sur un globe",
    ),
    "eagle_thunderbolt": (
        "Aigle debout à gauche sur un foudre",
        "Aigle à g. sur foudre",
    ),
    "hercules": (
        "Hercule debout de face, appuyé sur sa massue, tenant la léonté",
        "Hercule nu, massue et peau de lion",
    ),
    "mars": (
        "Mars debout à gauche, tenant une lance et un bouclier",
        "La Valeur casquée à g., haste et bouclier",
    ),
    "emperor_globe": (
        "L'empereur debout à gauche, tenant un globe et un sceptre",
        "Empereur en habit militaire à g., globe et sceptre",
    ),
    "sacrifice": (
        "La Piété debout à gauche, sacrifiant avec une patère sur un autel et tenant un sceptre",
        "Piété voilée à g., patère et sceptre, autel à ses pieds",
    ),
    "pax": (
        "La Paix debout à gauche, tenant une branche d'olivier et un sceptre",
        "Paix à g., rameau et sceptre transversal",
    ),
    "roma": (
        "Rome assise à gauche, tenant une Victoire et une lance, un bouclier à côté",
        "Rome casquée à g. sur un trône, Victoire et haste, bouclier",
    ),
    "jupiter": (
        "Jupiter assis à gauche, tenant une patère et un sceptre",
        "Jupiter trônant à g., patère et long sceptre",
    ),
    "zeus_eagle": (
        "Zeus assis à gauche, tenant un aigle et un sceptre",
        "Zeus aétophore à g. sur un trône, sceptre",
    ),
    "concordia": (
        "La Concorde assise à gauche, tenant une patère et une corne d'abondance",
        "Concorde trônant à g., patère et corne d'abondance",
    ),
    "rider": (
        "L'empereur à cheval galopant à droite, brandissant une lance",
        "Cavalier à dr. avec haste",
    ),
    "rider_captive": (
        "L'empereur à cheval à droite, tenant une lance, un captif assis devant",
        "Cavalier chargeant un captif à dr., haste",
    ),
    "trophy": (
        "Deux captifs assis au pied d'un trophée avec boucliers",
        "Trophée entre deux captifs",
    ),
    "quadriga": (
        "L'empereur dans un quadrige à droite",
        "Quadrige au galop à dr. conduit par l'empereur",
    ),
    "horse_free": (
        "Cheval galopant à droite, étoile au-dessus",
        "Cheval libre à dr., astre",
    ),
    "altar_lit": (
        "Autel allumé",
        "Grand autel enflammé",
    ),
    "double_cornucopia": (
        "Deux cornes d'abondance croisées",
        "Double corne d'abondance liée",
    ),
    "vota": (
        "VOT / XX / MVLT / XXX dans une couronne de laurier",
        "Légende en quatre lignes dans une couronne",
    ),
}

TONGUE = Tongue(
    code="fr",
    sides=("à droite", "à gauche"),
    obverses=OBVERSES,
    reverses=REVERSES,
    metals={"silver": "argent", "gold": "or", "bronze": "bronze"},
    short_metals={"silver": "AR", "gold": "AV", "bronze": "AE"},
    layouts=(
        "{ruler}. {coin}, {years}, {mint}. A/ {obverse}. R/ {reverse}. {reference}. {measures}. {grade}",
        "{ruler} ({years}). {coin} ({metal}, {measures}), {mint}. Av. {obverse}. Rev. {reverse}. {reference}. {grade}",
        "{ruler}. {coin}, {mint}. {obverse} / {reverse}. {reference}. {measures}. {grade}",
        "{ruler}. {coin}, {mint}. {obverse}. {reverse}. {reference}. {measures}. {grade}",
    ),
    measures="{weight} g - {diameter} mm - {axis} h",
    comma=True,
    grades=(
        "B+",
        "TB",
        "TB+",
        "TTB",
        "TTB+",
        "SUP",
    ),
    years=(
        "{a}-{b} av. J.-C.",
        "{a}-{b} apr. J.-C.",
        "{a} av. J.-C.-{b} apr. J.-C.",
    ),
    remarks=(
        "",
        " Ex collection de Cheval.",
        " Jolie patine.",
        " Flan légèrement irrégulier.",
        " Même coin de droit que les exemplaires au quadrige.",
    ),
    arms="buste armé d'une lance et d'un bouclier",
)
