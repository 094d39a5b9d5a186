"""Every door of the house and who gets through it: URL name x person -> status, complete against the resolver.

A stranger's thing does not exist (404, word for word as one that is not there); what somebody may see but not do is refused
(403); nobody is sent to sign in (302), and gets back what was typed with the way in (401).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver

PEOPLE = ("nobody", "stranger", "colleague", "front_desk", "supervisor", "owner")


@dataclass(frozen=True)
class Door:
    """`opens`: status for each of PEOPLE in order. `args`: names of things in the world, for the address; a word that
    is also the name of a thing stands behind an equals sign."""

    opens: tuple[int, ...]
    args: tuple[str, ...] = ()
    post: bool = False
    data: dict = field(default_factory=dict)
    query: str = ""


def door(opens: str, *args: str, post: bool = False, query: str = "", **data) -> Door:
    return Door(tuple(int(status) for status in opens.split()), args, post, data, query)


#                                   nobody stranger colleague front_desk supervisor owner
# fmt: off
DOORS: dict[str, list[Door]] = {
    # the desk
    "today":                [door("302 200 200 200 200 200")],
    "waits":                [door("302 200 200 403 200 200", group) for group in ("first", "papers", "notes", "boosters", "ahead")],
    "caseload":             [door("302 200 200 403 200 200")],
    "case":                 [door("302 404 404 403 200 200", "case")],
    "case_part":            [door("302 404 404 403 200 200", "case", part) for part in ("aims", "happens", "out", "kept")],
    "answers":              [door("302 404 404 403 200 200", "case")],
    "curious":              [door("302 404 404 403 200 200", "case")],
    "search":               [door("302 200 200 403 200 200", query="?q=maya")],
    "case_audit":           [door("302 404 404 403 200 200", "case")],
    "case_audit_part":      [door("302 404 404 403 200 200", "case", part) for part in ("=plan", "notes", "safety")],
    "case_audit_print":     [door("401 404 404 403 403 302", "case", post=True)],
    "case_thread":          [door("302 404 404 403 200 200", "case")],
    "case_thread_part":     [door("302 404 404 403 200 200", "case")],
    "case_thread_print":    [door("401 404 404 403 403 302", "case", post=True)],
    # cases
    "case_new":             [door("302 200 200 403 403 200")],
    "case_edit":            [door("302 404 404 403 403 200", "case")],
    "case_close":           [door("302 404 404 403 403 200", "case")],
    "participant_add":      [door("302 404 404 403 403 200", "case")],
    "participant_edit":     [door("302 404 404 403 403 200", "case", "participant")],
    "flag_record":          [door("302 404 404 403 403 200", "case")],
    "gate_override":        [door("302 404 404 403 403 200", "case", "gate")],
    "team":                 [door("302 404 404 403 403 200", "case")],
    "case_consents":        [door("302 404 404 403 200 200", "case")],
    "consent_new":          [door("302 404 404 403 403 200", "case", "consent_kind")],
    "consent":              [door("302 404 404 403 200 200", "consent")],
    "consent_sign":         [door("302 404 404 403 403 200", "consent")],
    "consent_withdraw":     [door("302 404 404 403 403 200", "consent")],
    "consent_print":        [door("401 404 404 403 403 302", "consent", post=True)],
    "consent_paper":        [door("302 404 404 403 404 404", "consent"),  # nothing printed yet
                             door("302 404 404 403 200 200", "printed_consent")],
    # library
    "library":              [door("302 200 200 403 200 200")],
    "intervention":         [door("302 200 200 403 200 200", "intervention")],
    "intervention_edition": [door("302 200 200 403 200 200", "edition")],
    "worksheet_print":      [door("302 200 200 403 200 200", "sheet")],
    "worksheet_picture":    [door("302 200 200 403 200 200", "sheet")],
    "worksheet_pdf":        [door("302 200 200 403 200 200", "sheet")],
    "pack_schema":          [door("302 200 200 403 200 200")],
    # library: a practice's own
    "library_retired":      [door("302 200 200 403 200 200")],
    "intervention_copy":    [door("401 302 302 403 403 302", "intervention", post=True)],
    "intervention_edit":    [door("401 404 302 403 403 302", "own_intervention", post=True),
                             door("401 403 403 403 403 403", "intervention", post=True)],  # a pack is copied first
    "intervention_retire":  [door("401 404 302 403 403 302", "own_intervention", post=True)],
    "intervention_favourite": [door("401 404 302 403 302 302", "own_intervention", post=True, wanted="1")],
    "intervention_tags":    [door("401 404 302 403 403 302", "own_intervention", post=True, tags="one, two")],
    "intervention_compare": [door("302 404 200 403 200 200", "own_intervention")],
    "intervention_original": [door("302 404 200 403 200 200", "own_intervention")],
    "worksheet_copy":       [door("401 302 302 403 403 302", "sheet", post=True)],
    "worksheet_edit":       [door("401 404 302 403 403 302", "own_sheet", post=True)],
    "worksheet_retire":     [door("401 404 302 403 403 302", "own_sheet", post=True)],
    "worksheet_compare":    [door("302 404 200 403 200 200", "own_sheet")],
    "worksheet_original":   [door("302 404 200 403 200 200", "own_sheet")],
    "draft":                [door("302 404 200 403 403 200", "draft"), door("302 404 200 403 403 200", "own_draft")],
    "draft_head":           [door("401 404 302 403 403 302", "draft", post=True, rev="1", title="Mine")],
    "draft_picture":        [door("302 404 200 403 403 200", "draft")],
    "draft_publish":        [door("401 404 302 403 403 404", "draft", post=True)],  # the colleague's is the one
    "draft_discard":        [door("401 404 302 403 403 404", "draft", post=True)],
    "draft_block_add":      [door("401 404 302 403 403 302", "draft", post=True, kind="short")],
    "draft_block":          [door("401 404 302 403 403 302", "draft", "block", post=True, rev="1", label="Mine")],
    "draft_block_move":     [door("401 404 302 403 403 302", "draft", "block", post=True, to="down")],
    "draft_block_remove":   [door("401 404 302 403 403 302", "draft", "block", post=True)],
    "draft_block_restore":  [door("401 404 422 403 403 422", "draft", "block", post=True)],  # it is not removed
    "glossary":             [door("302 200 200 403 200 200")],
    "catalogue":            [door("302 200 200 403 200 200")],
    "catalogue_make":       [door("401 302 302 403 302 302", post=True)],
    "catalogue_cancel":     [door("401 404 404 403 404 302", "job", post=True)],
    "catalogue_file":       [door("302 404 404 403 404 200", "job")],
    "pack_guide":           [door("302 200 200 403 200 200")],
    "pack_export":          [door("302 200 200 403 403 200")],
    "pack_import":          [door("302 200 200 403 403 200")],
    "parcel":               [door("302 404 404 403 403 200", "parcel")],
    "parcel_take":          [door("401 404 404 403 403 409", "parcel", post=True)],  # without what the preview showed
    "parcel_put_away":      [door("401 404 404 403 403 302", "parcel", post=True)],
    "own_review":           [door("302 200 200 403 403 200", "intervention")],
    "pathways":             [door("302 200 200 403 200 200")],
    "pathway":              [door("302 200 200 403 200 200", "pathway")],
    "statements":           [door("302 200 200 403 200 200", query="?q=fear")],
    "statement":            [door("302 200 200 403 200 200", "statement")],
    "statement_text":       [door("302 200 200 403 200 200", "statement")],
    # plans
    "plans":                [door("302 404 404 403 200 200", "case")],
    "plan_begin":           [door("401 404 404 403 403 302", "case", post=True)],
    "plan":                 [door("302 404 404 403 200 200", "plan"), door("302 404 404 403 200 200", "plan_draft")],
    "plan_edit":            [door("302 404 404 403 403 200", "plan_draft"), door("302 404 404 403 403 302", "plan")],  # a signed one is read
    "plan_part":            [door("401 404 404 403 403 302", "plan_draft", "frame", post=True, **{"frame-version": "plan_version", "frame-session_minutes": "50", "frame-modality": "couple", "frame-review_days": "90"})],
    "plan_add":             [door("401 404 404 403 403 302", "plan_draft", "goal", post=True)],
    "plan_offers":          [door("302 404 404 403 403 200", "plan_draft")],
    "plan_bank":            [door("302 404 404 403 403 200", "plan_draft", "statement")],
    "plan_pathway":         [door("401 404 404 403 403 302", "plan_draft", post=True, pathway="pathway")],
    "plan_row":             [door("401 404 404 403 403 302", "plan_draft", "goal", "plan_goal", post=True)],
    "plan_row_remove":      [door("401 404 404 403 403 302", "plan_draft", "goal", "plan_goal", post=True)],
    "plan_row_restore":     [door("401 404 404 403 403 302", "plan_draft", "goal", "plan_goal", post=True)],
    "plan_stand":           [door("302 404 404 403 403 200", "plan", "goal", "active_goal")],
    "plan_sign":            [door("302 404 404 403 403 200", "plan_draft")],
    "plan_decide":          [door("401 404 404 403 422 422", "plan", post=True, decision="return")],  # it waits for nobody
    "plan_compare":         [door("302 404 404 403 200 200", "plan_draft")],
    "plan_review":          [door("302 404 404 403 403 200", "plan")],
    "plan_print":           [door("302 404 404 403 403 200", "plan")],
    "plan_printed":         [door("302 404 404 403 200 200", "plan_print")],

    # progress
    "timeline":             [door("302 404 404 403 200 200", "case")],
    "case_growth":          [door("302 404 404 403 200 200", "case")],
    "progress":             [door("302 404 404 403 200 200", "case")],
    "progress_print":       [door("302 404 404 403 403 200", "case")],
    "progress_printed":     [door("302 404 404 403 200 200", "progress_print")],
    "measure_chart":        [door("302 404 404 403 200 200", "case", "measure")],
    "measures_due":         [door("302 404 404 403 403 200", "case")],
    "due_end":              [door("401 404 404 403 403 302", "case", "due_rule", post=True)],
    "charts_shared":        [door("302 404 404 403 403 200", "case")],
    "rate":                 [door("302 404 404 403 403 200", "case", "participant", "measure")],
    "rate_hand_over":       [door("401 404 404 403 403 302", "case", "participant", "measure", post=True)],
    "rate_screen":          [door("302 404 404 403 403 404", "case", "participant", "measure")],  # only while it is handed over
    "measure_print":        [door("302 404 404 403 403 200", "case", "participant", "measure")],
    "rating":               [door("302 404 404 403 200 200", "rating")],
    "rating_returned":      [door("302 200 200 403 200 200")],
    "rating_answers":       [door("302 404 404 403 403 200", "rating_print")],
    "event_record":         [door("302 404 404 403 403 200", "case")],
    "row_take_back":        [door("302 404 404 403 403 200", "case", "row_kind", "event")],
    "row_put_back":         [door("401 404 404 403 403 302", "case", "row_kind", "event", post=True)],
    "repair":               [door("302 404 404 403 200 200", "case")],
    "milestones":           [door("302 404 404 403 200 200", "case")],
    "measures":             [door("302 200 200 403 200 200")],
    "measure":              [door("302 200 200 403 200 200", "measure"), door("302 404 200 403 200 200", "own_measure")],
    "measure_blank":        [door("302 200 200 403 200 200", "measure")],
    "measure_picture":      [door("302 200 200 403 200 200", "measure")],
    "measure_schema":       [door("302 200 200 403 200 200")],
    "measure_add":          [door("302 200 403 403 403 200")],
    "measure_retire":       [door("401 404 403 403 403 302", "own_measure", post=True)],
    # homework
    "printout":             [door("302 404 404 403 200 200", "printout")],
    "homework":             [door("302 404 404 403 200 200", "case")],
    "give":                 [door("302 404 404 403 403 200", "case"), door("302 404 404 403 403 200", "case", query="?sheet={sheet}")],
    "assignment":           [door("302 404 404 403 200 200", "assignment")],
    "assignment_print":     [door("302 404 404 403 403 200", "assignment")],
    "assignment_picture":   [door("302 404 404 403 403 200", "assignment")],
    "series_change":        [door("401 404 404 403 403 302", "series", post=True, to="pause")],
    "assignment_tick":      [door("401 404 404 403 403 302", "assignment", post=True, version="1", outcome="no_sheet")],
    "assignment_fill":      [door("302 404 404 403 403 200", "assignment")],
    "assignment_review":    [door("401 404 404 403 403 302", "assignment", post=True, version="1", to="carry")],
    "hand_over":            [door("401 404 404 403 403 302", "assignment", post=True)],
    "response_rate":        [door("302 404 404 403 403 200", "response")],
    "sharing_withdraw":     [door("401 404 404 403 403 302", "response", post=True)],
    "week_sheets":          [door("302 200 200 403 403 200")],
    "week_make":            [door("401 302 302 403 403 302", post=True)],
    "week_cancel":          [door("401 404 404 403 403 302", "week_job", post=True)],
    "week_file":            [door("302 404 404 403 403 200", "week_job")],
    "returned":             [door("302 200 200 403 403 200")],
    "returned_read":        [door("401 302 302 403 403 302", post=True)],
    "returned_take_clear":  [door("401 302 302 403 403 302", post=True)],
    "returned_file":        [door("302 404 404 403 200 200", "file")],
    "returned_rating":      [door("302 404 404 403 403 404", "file")],  # no sheet of a measure
    "returned_picture":     [door("302 404 404 403 422 422", "file", "1")],  # the file of this world is broken
    "returned_original":    [door("302 404 404 403 200 200", "file")],
    "returned_take":        [door("401 404 404 403 403 422", "file", post=True, version="1")],
    "returned_hand":        [door("401 404 404 403 403 422", "file", post=True, version="1")],
    "returned_put_away":    [door("401 404 404 403 403 302", "file", post=True, version="1")],
    "handed_sheet":         [door("302 404 404 403 403 404", "assignment")],  # only while the screen is handed over
    "handed_share":         [door("401 404 404 403 403 404", "assignment", post=True)],
    "adaptation":           [door("302 404 404 403 200 200", "case", "participant", "sheet")],
    "adaptation_picture":   [door("302 404 404 403 200 200", "case", "participant", "sheet")],
    "adaptation_remove":    [door("401 404 404 403 403 302", "case", "participant", "sheet", post=True)],
    # agreements
    "case_agreements":      [door("302 404 404 403 200 200", "case")],
    "agreement_new":        [door("302 404 404 403 403 200", "case", "agreement_kind")],
    "agreement":            [door("302 404 404 403 200 200", "agreement")],
    "agreement_fill":       [door("302 404 404 403 403 200", "drafted")],
    "agreement_returned":   [door("401 404 404 403 403 302", "drafted", post=True)],  # without a file: a sentence
    "agreement_renew":      [door("401 404 404 403 403 302", "agreement", post=True)],
    "agreement_drop":       [door("401 404 404 403 403 302", "drafted", post=True)],
    "agreement_review":     [door("401 404 404 403 403 302", "agreement", post=True)],
    "agreement_end":        [door("302 404 404 403 403 200", "agreement")],
    "agreement_sign":       [door("302 404 404 403 403 200", "agreement")],
    "agreement_compare":    [door("302 404 404 403 200 200", "agreement")],
    "agreement_print":      [door("302 404 404 403 403 200", "agreement")],
    "agreement_picture":    [door("302 404 404 403 403 200", "agreement")],
    "agreement_paper":      [door("302 404 404 403 200 200", "copy")],
    "copy_add":             [door("302 404 404 403 403 200", "agreement")],
    "copy_where":           [door("302 404 404 403 403 200", "copy")],
    "copy_replaced":        [door("401 404 404 403 403 302", "copy", post=True)],
    "relapse_record":       [door("302 404 404 403 403 200", "case")],
    "after_relapse":        [door("302 404 404 403 200 200", "way_back")],
    "after_relapse_step":   [door("401 404 404 403 403 302", "way_back", post=True, version="1", step="safety", done="1")],
    # sessions
    "sessions":             [door("302 200 200 200 200 200")],
    "sessions_add_from_library": [door("302 200 200 403 403 200", query="?intervention={intervention}")],
    "session_new":          [door("302 404 404 403 403 200", "case")],
    "pathway_case":         [door("302 200 200 403 403 200", "pathway")],
    "pathway_lay":          [door("302 404 404 403 403 200", "case"),
                             door("401 404 404 403 403 409", "case", post=True, pathway="pathway", day="2027-01-04", clock="10:00", state="old")],
    "session_plan":         [door("302 404 404 403 200 200", "session")],
    "session_edit":         [door("302 404 404 403 403 200", "session")],
    "session_cancel":       [door("401 404 404 403 403 302", "session", post=True, version="version")],
    "session_library":      [door("302 404 404 403 200 200", "session")],
    "session_suggested":    [door("302 404 404 403 200 200", "session")],
    "session_template":     [door("401 404 404 403 403 302", "session", post=True, version="version", template="template")],
    "session_carry":        [door("401 404 404 403 403 302", "session", post=True, version="version")],
    "item_add":             [door("401 404 404 403 403 302", "session", post=True, version="version", title="Own words", minutes="5")],
    "item_change":          [door("401 404 404 403 403 302", "session", "item", post=True, version="version", minutes="7")],
    "item_move":            [door("401 404 404 403 403 302", "session", "item", post=True, version="version", to="down")],
    "item_remove":          [door("401 404 404 403 403 302", "session", "item", post=True, version="version")],
    "item_restore":         [door("401 404 404 403 403 302", "session", "item", post=True, version="version")],
    "item_done":            [door("401 404 404 403 403 422", "session", "item", post=True, version="version", done="done")],
    "handout_set":          [door("401 404 404 403 403 302", "session", "handout", post=True, version="version", wanted="1")],
    "session_run":          [door("302 404 404 403 200 200", "session")],
    "session_start":        [door("401 404 404 403 403 302", "session", post=True, version="version")],
    "session_end":          [door("401 404 404 403 403 422", "session", post=True, version="version")],
    "session_print":        [door("302 404 404 403 403 200", "session")],  # printing is no reading
    "session_print_picture": [door("302 404 404 403 403 200", "session")],
    # boosters: the board
    "boosters":             [door("302 200 200 403 200 200"), door("302 200 200 403 200 200", query="?show=cases")],
    "boosters_figures":     [door("302 200 200 403 200 200")],
    "boosters_table":       [door("302 200 200 403 200 200")],
    "boosters_paper":       [door("302 200 200 403 200 200")],
    # boosters
    "series_new":           [door("302 404 404 403 403 200", "case")],
    "series":               [door("302 404 404 403 200 200", "booster_series")],
    "series_rest":          [door("302 404 404 403 403 200", "booster_series")],
    "series_end":           [door("302 404 404 403 403 200", "booster_series")],
    "series_reopen":        [door("401 404 404 403 403 302", "booster_series", post=True, version="fresh")],
    "booster":              [door("302 404 404 403 200 200", "booster"), door("302 404 404 403 200 200", "missed")],
    "booster_forms":        [door("302 404 404 403 403 200", "booster")],
    "booster_book":         [door("302 404 404 403 403 200", "booster")],
    "booster_hold":         [door("401 404 404 403 403 302", "booster", post=True, version="fresh", on="today")],
    "booster_miss":         [door("401 404 404 403 403 302", "booster", post=True, version="fresh")],
    "booster_follow_up":    [door("401 404 404 403 403 302", "missed", post=True, version="fresh", how="A call")],
    "booster_again":        [door("401 404 404 403 403 422", "missed", post=True, version="fresh", day="2020-01-01", clock="10:00")],
    "booster_move":         [door("401 404 404 403 403 422", "booster", post=True, version="fresh", day="2020-01-01", clock="10:00")],
    "booster_drop":         [door("401 404 404 403 403 302", "booster", post=True, version="fresh")],
    "booster_put_back":     [door("401 404 404 403 403 302", "missed", post=True, version="fresh")],
    "booster_focus":        [door("401 404 404 403 403 302", "booster", post=True, version="fresh", focus="Trust")],
    "booster_measure":      [door("302 404 404 403 403 200", "booster")],
    "booster_brief":        [door("401 404 404 403 403 302", "booster", post=True)],
    "keeping":              [door("302 404 404 403 403 200", "case")],
    "treatment_end":        [door("302 404 404 403 403 200", "case")],
    "ending_print":         [door("401 404 404 403 403 302", "ending", post=True)],
    "digest":               [door("302 200 200 403 403 200")],
    "reminder_given":       [door("401 404 404 403 403 302", "reminder", post=True)],
    "reentry":              [door("302 404 404 403 200 200", "case")],
    "reentry_rule":         [door("401 404 404 403 403 302", "case", post=True, version="fresh", relapse="on", trust_falls="2", missed="2")],
    "reentry_decide":       [door("401 404 404 403 403 302", "case", post=True, decision="stay")],  # the relapse meets the rule
    # exchange
    "booster_ics":          [door("302 404 404 403 200 200", "booster")],
    "series_ics":           [door("302 404 404 403 200 200", "booster_series")],
    "calendar_feed":        [door("302 200 200 403 403 200")],
    "calendar_feed_make":   [door("401 200 200 403 403 200", post=True)],
    "calendar_feed_titles": [door("401 404 404 403 403 302", post=True, initials="1")],
    "calendar_feed_end":    [door("401 302 302 403 403 302", post=True)],
    "calendar_read":        [door("404 404 404 404 404 404", "token")],
    "need_add":             [door("401 404 404 403 403 422", "session", post=True, version="version", need="objective-0")],  # not asked for
    # notes
    "note":                 [door("302 404 404 403 200 200", "session"), door("302 404 404 403 200 200", "noted"),
                             door("302 404 404 403 200 200", "signed")],
    "note_begin":           [door("401 404 404 403 403 302", "noted", post=True)],
    "note_save":            [door("401 404 404 403 403 302", "noted", post=True, version="note_version", told="Mine")],
    "note_sign":            [door("401 404 404 403 403 302", "noted", post=True, version="note_version")],
    "note_addendum":        [door("401 404 404 403 403 302", "signed", post=True, text="Later")],
    "note_approve":         [door("401 404 404 403 302 404", "signed", post=True, version="signed_version")],
    "note_return":          [door("401 404 404 403 302 404", "signed", post=True, version="signed_version", comment="More")],
    "note_print":           [door("401 404 404 403 403 302", "signed", post=True)],
    "where":                [door("302 404 404 403 403 200", "case")],
    "process_note":         [door("302 404 404 403 403 200", "noted")],  # each writes their own; nobody opens another's
    "phrases":              [door("302 200 200 403 403 200")],
    "phrase_new":           [door("302 200 200 403 403 200")],
    "phrase_edit":          [door("302 404 404 403 403 200", "phrase")],
    "phrase_remove":        [door("401 404 404 403 403 302", "phrase", post=True)],
    # practice
    "setup":                [door("404 404 404 404 404 404", "token")],
    "join":                 [door("404 404 404 404 404 404", "token")],
    "sign_out":             [door("401 302 302 302 302 302", post=True)],
    "alive":                [door("401 204 204 204 204 204", post=True)],
    "take_back":            [door("302 302 302 302 302 302")],  # nothing is handed over
    "unlock":               [door("302 302 302 302 302 302")],
    "profile":              [door("302 200 200 200 200 200")],
    "sign_out_everywhere":  [door("401 302 302 302 302 302", post=True)],
    "second_factor":        [door("302 200 200 200 200 200")],
    "people":               [door("302 200 403 403 403 200")],
    "person_invite":        [door("302 200 403 403 403 200")],
    "invitation_withdraw":  [door("401 404 403 403 403 302", "invitation", post=True)],
    "person_change":        [door("302 404 403 403 403 200", "colleague_id")],
    "person_password_link": [door("401 404 403 403 403 200", "colleague_id", post=True)],
    "person_factor_remove": [door("401 404 403 403 403 302", "colleague_id", post=True)],
    "practice_settings":    [door("302 200 403 403 403 200")],
    "help_line_add":        [door("302 200 403 403 403 200")],
    "help_line_change":     [door("302 404 403 403 403 200", "line")],
    "help_line_remove":     [door("401 404 403 403 403 302", "line", post=True)],
    "trail":                [door("302 200 403 403 403 200")],
}
# fmt: on

#: Doors of the sign-in library, open to those who are signed out or behind a fresh password; tried one by one below.
OF_ALLAUTH = ("account_", "mfa_")


def every_name() -> set[str]:
    """The names of all addresses that lead into the house."""

    def walk(patterns):
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns)
            elif isinstance(pattern, URLPattern):
                yield pattern.name or str(pattern.pattern)

    return set(walk(get_resolver().url_patterns))


def test_every_door_has_its_row():
    own = {name for name in every_name() if not name.startswith(OF_ALLAUTH)}
    assert own == set(DOORS)


def address_of(world, name: str, row: Door) -> str:
    things = world.things
    return reverse(name, args=[things.get(arg, str(arg).removeprefix("=")) for arg in row.args]) + row.query.format(
        **things
    )


def knock(world, person: str, name: str, row: Door):
    client = Client()
    if world.people[person]:
        client.force_login(world.people[person])
    address = address_of(world, name, row)
    data = {key: world.things.get(value, value) for key, value in row.data.items()}
    return client.post(address, data) if row.post else client.get(address)


ROWS = [(name, n) for name, rows in DOORS.items() for n in range(len(rows))]


@pytest.mark.parametrize(("name", "n"), ROWS)
def test_door(world, name, n):
    row = DOORS[name][n]
    # The owner comes last: only their knock changes anything.
    assert tuple(knock(world, person, name, row).status_code for person in PEOPLE) == row.opens


WITH_OBJECTS = [(name, n) for name, rows in DOORS.items() for n, row in enumerate(rows) if row.opens[1] == 404]


@pytest.mark.parametrize(("name", "n"), WITH_OBJECTS)
def test_a_strangers_thing_looks_like_none_at_all(world, name, n):
    row = DOORS[name][n]
    theirs = knock(world, "stranger", name, row)
    gone = dict(world.things, **{arg: 987654321 for arg in row.args if isinstance(world.things.get(arg), int)})
    none = knock(SimpleNamespace(people=world.people, things=gone), "stranger", name, row)
    assert (theirs.status_code, visible(theirs)) == (none.status_code, visible(none))


def visible(response) -> str:
    """The page without what differs at every request (the form token) and without its own address."""
    text = response.content.decode()
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": "[^"]*"|data-csrf="[^"]*"', "", text)
    return re.sub(r'value="[A-Za-z0-9_-]{32}"', "", text)
