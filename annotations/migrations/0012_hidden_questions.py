"""Blind answers can be undone, and what was put to whom as a hidden question is kept."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0009_kept_splits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HiddenQuestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(choices=[("gold", "Gold question"), ("overlap", "Second reading")], max_length=7),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="blindanswer",
            name="one_blind_answer_per_person_and_question",
        ),
        migrations.AddField(
            model_name="blindanswer",
            name="base",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="answered_by",
                to="annotations.blindanswer",
            ),
        ),
        migrations.AddField(
            model_name="blindanswer",
            name="undoes",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="undone_by",
                to="annotations.blindanswer",
            ),
        ),
        migrations.AddConstraint(
            model_name="blindanswer",
            constraint=models.UniqueConstraint(
                fields=("side", "concept", "user", "base"), name="one_blind_answer_per_base", nulls_distinct=False
            ),
        ),
        migrations.AddField(
            model_name="hiddenquestion",
            name="concept",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="annotations.concept"
            ),
        ),
        migrations.AddField(
            model_name="hiddenquestion",
            name="decision",
            field=models.ForeignKey(
                help_text="The answer of record when it was drawn.",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="annotations.decision",
            ),
        ),
        migrations.AddField(
            model_name="hiddenquestion",
            name="side",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="annotations.side"
            ),
        ),
        migrations.AddField(
            model_name="hiddenquestion",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="hidden_questions",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="hiddenquestion",
            constraint=models.UniqueConstraint(
                fields=("user", "side", "concept"), name="one_hidden_question_per_person_and_question"
            ),
        ),
    ]
