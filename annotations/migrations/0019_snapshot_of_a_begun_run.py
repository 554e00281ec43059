"""A run freezes its data once a worker begins it, so one that waits has no snapshot yet."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotations", "0018_picture_verdicts")]

    operations = [
        migrations.AlterField(
            model_name="trainingrun",
            name="snapshot",
            field=models.ForeignKey(
                blank=True,
                help_text="Frozen when a worker begins.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="runs",
                to="annotations.snapshot",
            ),
        ),
    ]
