"""The next question about one concept is found as fast as the next of all."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotations", "0014_decided_labels")]

    operations = [
        migrations.AddIndex(
            model_name="reviewitem",
            index=models.Index(
                condition=models.Q(("status", "open")),
                fields=["concept", "-score", "id"],
                name="review_open_of_concept",
            ),
        ),
    ]
