"""Blind answers come by the page as well, and what a person has seen is hidden from that person no more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0016_decisions_of_a_day"),
    ]

    operations = [
        migrations.AddField(
            model_name="blindanswer",
            name="page",
            field=models.UUIDField(
                blank=True, db_index=True, help_text="Answers stored together, by one key press.", null=True
            ),
        ),
        migrations.AddField(
            model_name="hiddenquestion",
            name="seen_at",
            field=models.DateTimeField(blank=True, help_text="When the person was shown what others said.", null=True),
        ),
    ]
