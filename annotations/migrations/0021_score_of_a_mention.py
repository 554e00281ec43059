"""How sure a model is of the words that it takes for a name."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotations", "0020_doubles_verdicts")]

    operations = [
        migrations.AddField(
            model_name="entitymention",
            name="score",
            field=models.FloatField(
                blank=True, help_text="How sure the model is of just these words, 0..1.", null=True
            ),
        ),
    ]
