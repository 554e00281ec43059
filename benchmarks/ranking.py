"""How long a ranking takes: `python -m benchmarks.ranking [--sides 100000] [--concepts 16] [--dimensions 384]`.

A corpus is drawn into an embedded database of its own: texts that forget a fifth of what is there and add a little, a
model that is right most of the time, embeddings. Then the job as a worker does it, once into an empty queue and once
over what stands there, and the next questions of a person who skipped 5,000, while others hold the ten at the top.
About four minutes; --sides 5000 takes one. Ends with a line of JSON: seconds by stage, and milliseconds of the next
question.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.own_site import close_site, open_site

SKIPPED, LEASED, ASKED = 5000, 10, 200
Numbers = npt.NDArray[Any]


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        open_site(folder)
        version, seconds = _timed(lambda: draw_corpus(options.sides, options.concepts, options.dimensions))
        print(f"drawn in {seconds:.1f} s", flush=True)
        first, again = rank_once(version), rank_once(version)
        line = {"sides": options.sides, "concepts": options.concepts, "first": first, "again": again}
        print(json.dumps(line | {"next_question": ask(version)}))
        close_site()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sides", type=int, default=100_000)
    parser.add_argument("--concepts", type=int, default=16)
    parser.add_argument("--dimensions", type=int, default=384)
    return parser.parse_args()


def draw_corpus(sides: int, concepts: int, dimensions: int) -> Any:
    """Coins with two sides each, what texts and a published model say of them. Returns the model's version."""
    from django.contrib.auth.models import User
    from django.db import connection

    from annotations.models import Concept, ModelVersion, Publication, Snapshot, TrainingRun

    random = np.random.default_rng(0)
    Concept.objects.all().delete()
    found = Concept.objects.bulk_create(Concept(slug=f"concept-{n}", name=f"concept {n}") for n in range(concepts))
    with connection.cursor() as cursor:
        cursor.execute(_COINS, {"coins": sides // 2})
        cursor.execute("SELECT id FROM annotations_side ORDER BY id")
        ids = np.array([row[0] for row in cursor.fetchall()], dtype=np.int64)
    slugs = [concept.slug for concept in found]
    user = User.objects.create(username="drawn")
    snapshot = Snapshot.objects.create(file="s.jsonl", sha256="0" * 64, concepts=slugs, counts={})
    run = TrainingRun.objects.create(snapshot=snapshot, kind="concept_vit", config={}, seed=0, status="succeeded")
    version = ModelVersion.objects.create(
        run=run, kind=run.kind, concepts=slugs, thresholds=[0.5] * concepts, metrics={}, folder="run-1"
    )
    Publication.objects.create(version=version, user=user)
    placed = random.standard_normal((len(ids), dimensions)).astype(np.float32)
    placed /= np.linalg.norm(placed, axis=1, keepdims=True)
    said = _say(placed @ random.standard_normal((dimensions, concepts)).astype(np.float32), random)
    truth = random.random(said.shape) < said
    text = np.where(truth, random.random(said.shape) > 0.2, random.random(said.shape) < 0.03 * truth.mean(axis=0))
    _store(ids, np.array([concept.pk for concept in found]), text, said, placed, version.pk)
    return version


_COINS = """
INSERT INTO annotations_coin (identifier, title, authority, issuer, mint, region, denomination, material, links,
  "references", persons, notes, collection, department, object_type, licence, picture_licence, split, rights_holder,
  synthetic, source, created_at, updated_at)
SELECT 'drawn.' || n, '', '', '', '', '', '', '', '{}', '[]', '[]', '[]', '', '', '', '', '', '', '', false, '',
  now(), now() FROM generate_series(1, %(coins)s) n;
INSERT INTO annotations_side (coin_id, face, crop, thumbnail, legend, symbol, text)
SELECT id, face, 'ab/' || id || face, '', '', '', 'drawn' FROM annotations_coin
CROSS JOIN (VALUES ('obverse'), ('reverse')) faces (face);
ANALYZE annotations_coin; ANALYZE annotations_side;
"""


def _say(strength: Numbers, random: np.random.Generator) -> Numbers:
    """Probabilities; concepts are between one in fifty and one in six."""
    rare = np.linspace(-4, -1.5, strength.shape[1])
    found: Numbers = 1 / (1 + np.exp(-(3 * strength + rare + random.normal(0, 0.3, strength.shape))))
    return found


def _store(ids: Numbers, concepts: Numbers, text: Numbers, said: Numbers, placed: Numbers, version: int) -> None:
    from django.db import connection

    from annotations.services.copied_rows import BIGINT, copy_in

    rows, columns = np.nonzero(text)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE drawn_label (side_id bigint, concept_id bigint)")
        copy_in("drawn_label", {"side_id": (BIGINT, ids[rows]), "concept_id": (BIGINT, concepts[columns])})
        cursor.execute(_LABELS)
        given = {"side_id": (BIGINT, ids), "version_id": (BIGINT, np.full(len(ids), version))}
        copy_in("annotations_prediction", {**given, "probabilities": _array(said)})
        copy_in("annotations_embedding", {**given, "vector": _vector(placed)})
        cursor.execute("ANALYZE annotations_label; ANALYZE annotations_prediction; ANALYZE annotations_embedding")


_LABELS = """
INSERT INTO annotations_label (side_id, concept_id, expert, text_present, model_present, answer, origin)
SELECT side_id, concept_id, CASE WHEN random() < 0.01 THEN 'no' ELSE '' END, true, false, 'yes', 'text'
FROM drawn_label;
DROP TABLE drawn_label
"""


def _array(values: Numbers) -> tuple[npt.DTypeLike, Numbers]:
    """A column `double precision[]`: dimensions, nulls, type, length and first place before the numbers."""
    one = np.dtype([("width", ">i4"), ("value", ">f8")])
    kind = np.dtype([("head", ">i4", (5,)), ("values", one, (values.shape[1],))])
    column = np.empty(len(values), dtype=kind)
    column["head"] = (1, 0, 701, values.shape[1], 1)
    column["values"]["width"], column["values"]["value"] = 8, values
    return kind, column


def _vector(values: Numbers) -> tuple[npt.DTypeLike, Numbers]:
    """A column `vector`: how many dimensions, and the numbers."""
    kind = np.dtype([("head", ">i2", (2,)), ("values", ">f4", (values.shape[1],))])
    column = np.empty(len(values), dtype=kind)
    column["head"], column["values"] = (values.shape[1], 0), values
    return kind, column


def rank_once(version: Any) -> dict[str, Any]:
    """The job, as a worker carries it out. Raises SystemExit where it fails."""
    from annotations.models import RankingRun
    from annotations.services.jobs import work_on
    from annotations.services.ranking import carry_out_ranking, queue_ranking

    run = queue_ranking(user=None, round=version.run_id)
    _, seconds = _timed(lambda: work_on(RankingRun, run.pk, carry_out_ranking))
    run.refresh_from_db()
    if run.status != RankingRun.Status.SUCCEEDED:
        raise SystemExit(f"The ranking ended as {run.status}: {run.reason}")
    kept = {name: run.facts[name] for name in ("questions", "counts", "stored", "seconds")}
    print(json.dumps(kept), flush=True)
    return kept | {"total": round(seconds, 1)}


def ask(version: Any) -> dict[str, float]:
    """Milliseconds for three more questions (median and 95th percentile), over all concepts and of each in turn."""
    from django.contrib.auth.models import User
    from django.utils import timezone

    from annotations.models import ReviewItem
    from annotations.services.review import LEASE, lease_items

    ada, bela = User.objects.create(username="ada"), User.objects.create(username="bela")
    top = list(ReviewItem.objects.open().order_by("-score", "id")[: SKIPPED + LEASED])
    held = [item.pk for item in top[:LEASED]]
    ReviewItem.objects.filter(pk__in=held).update(leased_to=bela, leased_until=timezone.now() + 100 * LEASE)
    ada.skipped_items.add(*top[LEASED:])
    found = {}
    for about, slugs in (("all", [""]), ("concept", version.concepts)):
        took = [_timed(lambda s=slug: lease_items(user=ada, count=3, concept=s))[1] for slug in _round(slugs, ASKED)]
        found |= {f"{about}_{name}": round(1000 * float(np.quantile(took, q)), 1) for name, q in _QUANTILES}
    return found


_QUANTILES = (("median_ms", 0.5), ("p95_ms", 0.95))


def _round(values: list[str], count: int) -> list[str]:
    return [values[n % len(values)] for n in range(count)]


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = time.monotonic()
    return work(), time.monotonic() - began


if __name__ == "__main__":
    main()
