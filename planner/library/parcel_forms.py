"""Forms of packs out and in, and of a practice's own review."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from planner.base.forms import HouseForm, LineField, TextField


class ExportForm(HouseForm):
    """What stands in pack.yaml; the entries are ticked beside it."""

    name = LineField(label=_("Name of the pack"), max_length=120)
    author = LineField(label=_("Who made it"), max_length=200)
    licence = LineField(label=_("Licence"), max_length=200, help_text=_('Such as "CC BY 4.0".'))
    version = forms.RegexField(
        label=_("Version"), regex=r"^\d+(\.\d+){1,2}$", max_length=20, initial="1.0",
        error_messages={"invalid": _('Numbers with points, such as "1.0".')},
    )  # fmt: skip
    about = TextField(label=_("What it is about"), max_length=2000, rows=2)
    field_order = ["name", "author", "licence", "version", "about"]

    @property
    def pack(self) -> dict[str, str]:
        """The fields of packs.PackFile, with a slug out of the name."""
        values = {name: self.cleaned_data[name] for name in ("name", "author", "licence", "version", "about")}
        slug = slugify(values["name"])[:50].strip("-_").replace("_", "-")
        return {**values, "slug": slug if slug[:1].isalpha() else f"pack-{slug}".strip("-")}


class ImportForm(HouseForm):
    """A zip from elsewhere."""

    pack = forms.FileField(
        label=_("The pack, a zip"),
        widget=forms.ClearableFileInput(attrs={"accept": ".zip,application/zip"}),
        help_text=_("At most 500 files and 20 MB. You see what it would change before anything is taken in."),
    )


class OwnReviewForm(HouseForm):
    """Who read the entry, and when."""

    reviewer = LineField(label=_("Reviewed by"), max_length=200, help_text=_("With credentials, as they sign."))
    on = forms.DateField(label=_("Day of review"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    note = TextField(label=_("What they say"), required=False, max_length=2000, rows=3)

    def clean_on(self) -> Any:
        on = self.cleaned_data["on"]
        if on > timezone.localdate() or on.year < 2000:
            raise forms.ValidationError(_("A day that has been, please."))
        return on
