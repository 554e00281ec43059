"""The newest answers of experts on a concept are found without reading its other labels."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotations", "0012_hidden_questions")]

    operations = [
        migrations.AddIndex(
            model_name="label",
            index=models.Index(
                condition=models.Q(("expert", ""), _negated=True),
                fields=["concept", "expert", "-decision"],
                name="label_decided",
            ),
        )
    ]
