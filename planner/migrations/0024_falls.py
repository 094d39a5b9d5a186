"""Falls of trust beyond a person's usual change are marked on the ratings; those that are there are marked here."""

from itertools import groupby
from statistics import median

from django.db import migrations, models


def fell_from(scores):
    """The rule as it was when this was written (planner/progress/falls.py may move on): for each score, oldest first,
    the one before where it fell beyond the usual change."""
    found, changes, before = [], [], None
    for score in scores:
        usual = max(median(changes) if len(changes) >= 3 else 1, 1)
        found.append(before if before is not None and before - score > usual else None)
        if before is not None:
            changes.append(abs(score - before))
        before = score
    return found


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
