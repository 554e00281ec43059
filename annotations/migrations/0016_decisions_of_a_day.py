"""What a person answered today is counted without reading all that this person ever answered."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0015_open_questions_of_a_concept"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["user", "created_at"], name="decision_by_user_and_time"),
        ),
    ]
