"""How suspicious a question is, apart from where it stands in the order."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotations", "0021_score_of_a_mention")]

    operations = [
        migrations.AddField(
            model_name="reviewitem",
            name="suspicion",
            field=models.FloatField(
                blank=True,
                help_text="0..1, as its strategy judged it; none where that judges no suspicion.",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="reviewitem",
            name="score",
            field=models.FloatField(help_text="Its place in the order, from 1 down to 0; the highest is asked first."),
        ),
    ]
