"""A corpus drawn by the database itself: coins, texts, labels, open questions, and what persons decided before."""

from __future__ import annotations

from typing import Any

CONCEPTS = 16
PERSONS = 4
GOLD = 200
# Concepts are on one side in twenty up to seven in ten (drawn anew for each side, which the term with its id sees to);
# 42 in 100 labels are questions.
_COINS = """
SELECT setseed(0.5);
INSERT INTO annotations_coin (identifier, title, authority, issuer, mint, region, denomination, material, links,
  "references", persons, notes, collection, department, object_type, licence, picture_licence, split, rights_holder,
  synthetic, source, created_at, updated_at)
SELECT 'drawn.' || n, 'Drawn ' || n, '', '', '', '', '', '', '{}', '[]', '[]', '[]', '', '', '', '', '', '', '',
  false, '', now(), now() FROM generate_series(1, %(coins)s) n;
INSERT INTO annotations_side (coin_id, face, crop, thumbnail, legend, symbol, text)
SELECT id, face, 'ab/' || id || face || '.webp', 'ab/' || id || face || '-s.webp', '', '', 'drawn'
FROM annotations_coin CROSS JOIN (VALUES ('obverse'), ('reverse')) faces (face) ORDER BY id, face;
INSERT INTO annotations_description (coin_id, scope, text, language, spans, rule, refusal, parts)
SELECT id, face, 'Figure standing left, holding eagle and sceptre; shield at the feet', 'en', '{}', '', '', '[]'
FROM annotations_coin CROSS JOIN (VALUES ('obverse'), ('reverse')) faces (face) ORDER BY id, face;
INSERT INTO annotations_label
  (side_id, concept_id, expert, text_present, model_score, model_present, model_version_id, answer, origin)
SELECT side.id, concept.id, '', true, random(), false, %(version)s, 'yes', 'text' FROM annotations_side side
CROSS JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM annotations_concept) concept
WHERE random() + 0 * side.id < 0.05 + 0.65 * (concept.place - 1) / (%(concepts)s - 1) ORDER BY side.id, concept.id;
INSERT INTO annotations_pseudolabel (side_id, concept_id, rule_id, rule_version, description_id, start, "end")
SELECT label.side_id, label.concept_id, rule.id, 1, description.id, 29, 34 FROM annotations_label label
JOIN annotations_side side ON side.id = label.side_id
JOIN annotations_description description ON description.coin_id = side.coin_id AND description.scope = side.face
JOIN annotations_rule rule ON rule.concept_id = label.concept_id;
INSERT INTO annotations_reviewitem (side_id, concept_id, score, reason, round, strategy, status)
SELECT side_id, concept_id, random(), 'text says present, model ' || round(100 * model_score) || ' %%', 1, 'noise',
  'open' FROM annotations_label WHERE random() < 0.42 ORDER BY random();
"""
# On labels that are no open questions, so that as many stay open; one answer in ten was answered again by another.
_DECIDE = """
CREATE TEMPORARY TABLE settled AS
SELECT side_id, concept_id, row_number() OVER () AS n FROM (
  SELECT side_id, concept_id FROM annotations_label label WHERE decision_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM annotations_reviewitem item WHERE item.side_id = label.side_id AND item.concept_id = label.concept_id)
  ORDER BY random() LIMIT %(first)s) drawn;
INSERT INTO annotations_decision (side_id, concept_id, answer, user_id, key, created_at)
SELECT side_id, concept_id, CASE WHEN random() < 0.7 THEN 'yes' ELSE 'no' END,
  (%(users)s::int[])[1 + n %% array_length(%(users)s::int[], 1)], gen_random_uuid(),
  now() - (%(first)s - n) * interval '30 days' / %(first)s FROM settled ORDER BY n;
INSERT INTO annotations_decision (side_id, concept_id, answer, user_id, key, created_at, base_id)
SELECT base.side_id, base.concept_id, 'no',
  (%(users)s::int[])[1 + (settled.n + 1) %% array_length(%(users)s::int[], 1)], gen_random_uuid(), base.created_at,
  base.id
FROM settled JOIN annotations_decision base USING (side_id, concept_id) WHERE settled.n <= %(again)s ORDER BY settled.n;
UPDATE annotations_label label SET decision_id = stands.id, expert = stands.answer, answer = stands.answer,
  origin = 'expert'
FROM settled JOIN annotations_decision stands USING (side_id, concept_id)
WHERE label.side_id = settled.side_id AND label.concept_id = settled.concept_id
  AND NOT EXISTS (SELECT 1 FROM annotations_decision later WHERE later.base_id = stands.id);
INSERT INTO annotations_reviewitem (side_id, concept_id, score, reason, round, strategy, status)
SELECT side_id, concept_id, random(), 'text says present', 1, 'noise', 'answered' FROM settled ORDER BY n;
DROP TABLE settled;
"""
_GOLD = """
INSERT INTO annotations_goldquestion (side_id, concept_id, answer, decision_id, set_by_id, withdrawn, created_at)
SELECT side_id, concept_id, answer, id, user_id, false, now() FROM annotations_decision decision
WHERE NOT EXISTS (SELECT 1 FROM annotations_decision other WHERE other.base_id = decision.id) ORDER BY id LIMIT %s
"""
_TABLES = ("coin", "side", "description", "pseudolabel", "label", "reviewitem", "decision", "goldquestion")


def draw_corpus(coins: int) -> None:
    """Two sides and texts per coin, and what rules and a published model say of them."""
    from django.contrib.auth.models import User
    from django.db import connection

    from annotations.models import Concept, ModelVersion, Publication, Rule, Snapshot, TrainingRun

    Concept.objects.all().delete()
    concepts = Concept.objects.bulk_create(
        Concept(slug=f"concept-{n}", name=f"concept {n}", guideline="Say yes where most of it is seen.")
        for n in range(CONCEPTS)
    )
    Rule.objects.bulk_create(Rule(concept=each, kind=Rule.Kind.WORD, pattern="eagle") for each in concepts)
    slugs = [each.slug for each in concepts]
    snapshot = Snapshot.objects.create(file="s.jsonl", sha256="0" * 64, concepts=slugs, counts={})
    run = TrainingRun.objects.create(snapshot=snapshot, kind="concept_vit", config={}, seed=0, status="succeeded")
    version = ModelVersion.objects.create(
        run=run, kind=run.kind, concepts=slugs, thresholds=[0.5] * CONCEPTS, metrics={}, folder="run-1"
    )
    Publication.objects.create(version=version, user=User.objects.get(username="admin"))
    with connection.cursor() as cursor:
        cursor.execute(_COINS, {"coins": coins, "concepts": CONCEPTS, "version": version.pk})
    _tidy()


def draw_decisions(count: int, persons: list[Any]) -> None:
    """As many more, given by these persons in turn in the last thirty days."""
    from django.db import connection

    again = count // 11
    values = {"first": count - again, "again": again, "users": [each.pk for each in persons]}
    with connection.cursor() as cursor:
        cursor.execute(_DECIDE, values)
    _tidy()


def draw_gold() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_GOLD, [GOLD])


def _tidy() -> None:
    """What the database does by itself after a while."""
    from django.db import connection

    with connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f"VACUUM (ANALYZE) annotations_{table}")
