"""Coins of older snapshots keep the split they had, and publications say since when they answer."""

from django.db import migrations, models

# The rule until now: the first four bytes of the SHA-256 of the identifier, or of the first one of a group of doubles.
_KEEP = """
WITH keyed AS (
  SELECT id, CASE WHEN doubles_id IS NULL THEN identifier
                  ELSE min(identifier COLLATE "C") OVER (PARTITION BY doubles_id) END AS key
  FROM annotations_coin
), placed AS (
  SELECT id, (get_byte(digest, 0) * 16777216::bigint + get_byte(digest, 1) * 65536 + get_byte(digest, 2) * 256
              + get_byte(digest, 3)) / 4294967296.0 AS place
  FROM (SELECT id, sha256(convert_to(key, 'UTF8')) AS digest FROM keyed) digests
)
UPDATE annotations_coin SET split =
  CASE WHEN place < 0.20 THEN 'test' WHEN place < 0.36 THEN 'validation' ELSE 'train' END
FROM placed
WHERE placed.id = annotations_coin.id AND split = '' AND EXISTS (SELECT 1 FROM annotations_snapshot)
"""
_SERVED = """
UPDATE annotations_publication SET served_at = created_at WHERE EXISTS (
  SELECT 1 FROM annotations_predictionrun run
  WHERE run.version_id = annotations_publication.version_id AND run.status = 'succeeded')
"""


class Migration(migrations.Migration):
    dependencies = [("annotations", "0008_trust_and_correction")]

    operations = [
        migrations.AddField(
            model_name="publication",
            name="served_at",
            field=models.DateTimeField(
                blank=True,
                help_text="Since when it answers: labels, search and look-alikes changed together.",
                null=True,
            ),
        ),
        migrations.RunSQL(_KEEP, migrations.RunSQL.noop),
        migrations.RunSQL(_SERVED, migrations.RunSQL.noop),
    ]
