"""The verbs of the trail in words a person reads."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

_WORDS = {
    "signed in": _("signed in"),
    "signed out": _("signed out"),
    "signed out everywhere": _("signed out everywhere"),
    "sign-in failed": _("sign-in failed"),
    "unlocked": _("unlocked"),
    "refused": _("was refused"),
    "set up": _("set up"),
    "invited": _("invited"),
    "withdrew": _("withdrew"),
    "joined": _("joined"),
    "changed password": _("changed the password"),
    "made a password link": _("made a password link"),
    "added second factor": _("added a second factor"),
    "removed second factor": _("removed a second factor"),
    "made recovery codes": _("made recovery codes"),
    "viewed": _("viewed"),
    "opened": _("opened"),
    "added": _("added"),
    "changed": _("changed"),
    "removed": _("removed"),
    "restored": _("restored"),
    "closed": _("closed"),
    "flagged": _("recorded safety"),
    "overrode": _("overrode a gate"),
    "planned": _("planned"),
    "started": _("started"),
    "ended": _("ended"),
    "cancelled": _("cancelled"),
    "printed": _("printed"),
    "reprinted": _("printed again"),
    "exported": _("exported"),
    "received": _("sent in"),
    "imported": _("took in"),
    "put away": _("put away"),
    "reviewed": _("reviewed"),
    "signed": _("signed"),
    "approved": _("approved"),
    "returned": _("returned"),
    "began": _("began"),
    "asked for": _("asked for"),
    "loaded": _("loaded"),
    "reopened": _("reopened"),
    "staffed": _("gave access"),
    "unstaffed": _("took access away"),
    "used_template": _("used a template"),
    "laid_pathway": _("laid a pathway"),
    "carried_over": _("carried over"),
    "moved": _("moved"),
    "ticked": _("ticked"),
    "given": _("gave something to do"),
    "series paused": _("paused a series"),
    "series resumed": _("went on with a series"),
    "series ended": _("ended a series"),
    "came back": _("noted what came back"),
    "rated": _("noted amount and quality"),
    "shared": _("shared what they wrote"),
    "handed over": _("handed the screen over"),
    "took the screen back": _("took the screen back"),
    "filed": _("filed by hand"),
    "recorded": _("recorded on the time line"),
    "measured": _("filled in a measure"),
    "looked at": _("looked at a safety prompt"),
    "put back": _("put back"),
    "set": _("set when a measure is due"),
    "asked": _("recorded what was said about a joint chart"),
    "retired": _("retired"),
}


def verb_words(verb: str) -> str:
    """The verb as it is shown; one that has no words yet stands for itself."""
    return _words_in(get_language()).get(verb, verb)


def detail_words(detail: dict[str, Any]) -> str:
    """The facts of a line in one line; the keyed hash of an address says nothing to a reader."""
    return "; ".join(f"{name}: {_plain(value)}" for name, value in detail.items() if name != "account")


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(_plain(part) for part in value)
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return str(value)


def verbs() -> list[tuple[str, str]]:
    """(verb, words) of all that have words, for a filter: by their words."""
    return list(_words_in(get_language()).items())


@lru_cache(maxsize=32)
def _words_in(language: str | None) -> dict[str, str]:
    """Of the language that is on now."""
    return dict(sorted(((verb, str(words)) for verb, words in _WORDS.items()), key=lambda row: row[1]))
