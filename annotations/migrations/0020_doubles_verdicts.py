"""Groups of doubles that persons dissolved, and rejoined."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0019_snapshot_of_a_begun_run"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DoublesVerdict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("coins", models.JSONField(help_text="Identifiers of the coins of the group.")),
                ("score", models.FloatField(help_text="Of the group.")),
                ("reason", models.CharField(help_text="Of the group.", max_length=200)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "undoes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone_by",
                        to="annotations.doublesverdict",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={"ordering": ["-id"]},
        ),
    ]
