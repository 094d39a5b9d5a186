"""Falls of trust beyond a person's usual change are marked on the ratings; those that are there are marked here."""

from itertools import groupby

from django.db import migrations, models

from planner.progress.falls import fell_from


def mark(apps, schema_editor):
    Rating = apps.get_model("planner", "Rating")
    rows = Rating.objects.filter(measure="trust", score__isnull=False, withdrawn_at=None)
    rows = rows.order_by("case_id", "person_id", "on", "pk").values_list("case_id", "person_id", "pk", "score")
    for _line, found in groupby(rows.iterator(), key=lambda row: row[:2]):
        found = list(found)
        for (_case, _person, pk, _score), told in zip(found, fell_from([row[3] for row in found]), strict=True):
            if told is not None:
                Rating.objects.filter(pk=pk).update(fell_from=told)


class Migration(migrations.Migration):
    dependencies = [("planner", "0023_arrivals_of_every_kind")]

    operations = [
        migrations.AddField(
            model_name="rating", name="fell_from", field=models.FloatField(blank=True, null=True)
        ),
        migrations.RunPython(mark, migrations.RunPython.noop, elidable=True),
    ]
