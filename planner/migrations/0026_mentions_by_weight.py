"""Where a word weighs much is found, and counted, in an index alone; the one by word only stood in two others."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("planner", "0025_library_state")]

    operations = [
        migrations.AlterField(
            model_name="mention",
            name="word",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to="planner.word"),
        ),
        migrations.AddIndex(
            model_name="mention",
            index=models.Index(fields=["word", "weight", "intervention"], name="mentions_by_weight"),
        ),
    ]
