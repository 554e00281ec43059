import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotations", "0004_reading")]

    operations = [
        migrations.AlterField(
            model_name="entity",
            name="identifier",
            field=models.CharField(help_text="List and id, for example animal-17.", max_length=100, unique=True),
        ),
        migrations.AddField(
            model_name="spandecision",
            name="undoes",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="undone_by",
                to="annotations.spandecision",
            ),
        ),
    ]
