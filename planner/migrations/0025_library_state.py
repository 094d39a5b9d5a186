"""The library says which state it is in, so that what was read of it can be kept until it changes."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


def begin(apps, schema_editor):
    if apps.get_model("planner", "Intervention").objects.exists():
        apps.get_model("planner", "LibraryState").objects.create(practice=None)


class Migration(migrations.Migration):
    dependencies = [("planner", "0024_falls")]

    operations = [
        migrations.CreateModel(
            name="LibraryState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("state", models.UUIDField(default=uuid.uuid4)),
                (
                    "practice",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="planner.practice",
                    ),
                ),
            ],
        ),
        migrations.RunPython(begin, migrations.RunPython.noop, elidable=True),
    ]
