"""Every page of the house, who looks at it, and with which things in its address."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse


@dataclass(frozen=True)
class Look:
    """One look at a page. `who`: an attribute of `house`, "" for somebody who is not signed in."""

    who: str
    name: str
    args: tuple[str, ...] = ()
    query: str = ""
    status: int = 200

    def address(self, things: dict) -> str:
        return reverse(self.name, args=[things.get(arg, arg) for arg in self.args]) + self.query.format(**things)

    @property
    def label(self) -> str:
        words = [self.who or "nobody", self.name, *self.args, self.query.strip("?{}")]
        return " ".join(filter(None, words)).replace("/", "-").replace("&", " ")


def looks(who: str, *rows: str) -> list[Look]:
    """Rows like "session_plan planned ?q=a": the name, things of its address, its query, its status if not 200."""
    found = []
    for row in rows:
        name, *rest = row.split()
        status = next((int(word) for word in rest if word in ("403", "404")), 200)
        query = next((word for word in rest if word.startswith("?")), "")
        args = tuple(word for word in rest if word != query and word != str(status))
        found.append(Look(who, name, args, query, status))
    return found


DESK = looks(
    "dana", "case_audit case", "case_thread case", "case_audit case_without_hour", "case_thread case_without_hour",
    "today", "caseload", "caseload ?q=nobody-of-this-name", "case case", "case family", "case closed_case",
    "case case_without_hour", "search", "search ?q=maya", "search ?q=mindfull", "search ?q=zzzzzzzz",
)  # fmt: skip
CASES = looks(
    "dana", "case_new", "case_new ?kind=family", "case_edit case", "case_close case", "case_close closed_case",
    "participant_add case", "participant_edit case participant", "flag_record case", "gate_override case gate",
    "gate_override family gate", "team case", "case_consents case", "case_consents family",
    "consent_new case consent_kind", "consent consent", "consent_sign waiting_consent", "consent_withdraw consent",
)  # fmt: skip
LIBRARY = looks(
    "dana", "library", "library ?phase=maintenance&q=plan", "library ?q=zzzzzzzz", "intervention intervention",
    "intervention_edition edition", "worksheet_print sheet", "sessions_add_from_library ?intervention={intervention}",
    "glossary", "catalogue", "pack_guide", "pack_export", "pack_import", "parcel parcel", "own_review intervention",
    "library_retired", "intervention own_intervention", "intervention_compare own_intervention",
    "intervention_original own_intervention", "worksheet_compare own_sheet", "worksheet_original own_sheet",
    "draft draft", "draft own_draft",
    "pathways", "pathway pathway", "statements", "statements ?q=zzzzzzzz", "statement statement",
)  # fmt: skip
SESSIONS = looks(
    "dana", "sessions", "sessions ?when=past", "session_new case", "session_new case_without_hour",
    "session_edit planned", "session_plan planned", "session_plan running", "session_plan held",
    "session_plan cancelled",
    "adaptation case participant sheet",
    "session_run planned", "session_run running", "session_run held", "session_print planned", "session_print running",
    "where case", "where case_without_hour",
    "note planned", "note held", "note signed", "process_note held", "phrases", "phrase_new", "phrase_edit phrase",
    "pathway_case pathway", "pathway_lay case", "pathway_lay closed_case",
    "pathway_lay case ?pathway={pathway}&day=2030-01-07&clock=10:00",
)  # fmt: skip
PLANS = looks(
    "dana", "plans case", "plans case_without_hour", "plan plan", "plan plan_draft", "plan_edit plan_draft",
    "plan_bank plan_draft statement", "plan_sign plan_draft", "plan_compare plan_draft",
    "plan_stand plan goal plan_goal", "plan_review plan", "plan_print plan",
)  # fmt: skip
HOMEWORK = looks(
    "dana", "homework case", "homework teller", "give case", "give case ?sheet={sheet}", "give case ?own=1",
    "give teller ?q=sleep", "assignment assignment", "assignment open_assignment", "assignment_print open_assignment",
    "assignment_fill open_assignment", "response_rate response", "week_sheets", "returned", "returned_file file",
    "returned_file read_file",
    "answers case", "answers teller", "curious case",
)  # fmt: skip
AGREEMENTS = looks(
    "dana", "case_agreements case", "case_agreements case_without_hour", "case_agreements family",
    "agreement_new case agreement_kind", "agreement_new family agreement_kind", "agreement agreement",
    "agreement drafted", "agreement_fill drafted", "agreement_sign agreement", "agreement_compare agreement",
    "agreement_print agreement", "agreement_print agreement ?version=1", "agreement_end agreement",
    "copy_add agreement", "copy_where copy", "relapse_record case", "after_relapse way_back",
)  # fmt: skip
PROGRESS = looks(
    "dana", "progress case", "progress kept_case", "timeline case", "timeline kept_case ?withdrawn=1", "repair case",
    "milestones case", "event_record case", "measures_due case", "charts_shared case", "measures", "measure phq-9",
    "measure trust", "measure bam-r", "measure_add", "rate case participant phq-9", "rate case participant trust",
    "rate case participant goal-attainment", "rating rating", "measure_chart case trust",
    "measure_print case participant trust",
    "measure_chart case trust ?person={participant}", "progress_print case",
    "progress_print case ?person={participant}",
    "row_take_back case event_word event", "rating_returned", "rating_answers rating_print",
    "returned_rating rating_file", "case_growth case",
    "case_growth kept_case",
)  # fmt: skip
BOOSTERS = looks(
    "dana", "boosters", "boosters ?show=open", "boosters ?show=missed", "boosters ?show=cases",
    "boosters_figures", "digest",
    "series_new case_without_hour", "series booster_series", "series_rest booster_series", "series_end booster_series",
    "booster held_booster", "booster booked_booster", "booster due_booster", "booster missed_booster",
    "booster_book due_booster", "booster_measure booked_booster", "reentry kept_case", "keeping kept_case",
    "treatment_end kept_case", "calendar_feed",
)  # fmt: skip
PRACTICE = looks(
    "dana", "profile", "account_change_password", "account_reauthenticate", "mfa_index", "second_factor",
    "mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn", "people", "person_invite", "person_change colleague",
    "practice_settings", "help_line_add", "help_line_change line", "trail", "trail ?verb=printed",
)  # fmt: skip
SECURED = [
    *looks("carla", "mfa_index", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_deactivate_totp"),
    *looks("carla", "mfa_reauthenticate"),
    *looks("petra", "mfa_list_webauthn", "mfa_edit_webauthn passkey", "mfa_remove_webauthn passkey"),
]
OTHERS = [
    *looks("sunita", "note awaiting"),
    *looks("sunita", "today", "caseload", "case case", "session_plan planned", "session_run planned", "sessions"),
    *looks("fred", "today", "sessions", "sessions ?when=past", "profile", "caseload 403"),
    *looks("nora", "today", "caseload", "sessions", "sessions ?when=past", "case_new", "people", "library"),
    *looks("nora", "sessions_add_from_library ?intervention={intervention}", "trail", "practice_settings"),
]
OUTSIDE = looks("", "account_login", "setup setup_token", "setup no-such-token 404", "join join_token")
OUTSIDE += looks("", "join password_token", "join no-such-token 404")

EVERY = {
    "desk": DESK, "cases": CASES, "library": LIBRARY, "sessions": SESSIONS, "boosters": BOOSTERS,
    "homework": HOMEWORK, "agreements": AGREEMENTS, "plans": PLANS, "progress": PROGRESS, "practice": PRACTICE,
    "secured": SECURED,
    "others": OTHERS, "outside": OUTSIDE,
}  # fmt: skip

#: Doors that show no page of their own: they take a form, or give a file or a part of a page.
NO_PAGE = {
    "takes a form": {
        "agreement_returned", "agreement_renew", "agreement_drop", "agreement_review", "copy_replaced",
        "after_relapse_step", "due_end", "rate_hand_over", "row_put_back", "measure_retire",
        "alive", "sign_out", "sign_out_everywhere", "invitation_withdraw", "person_password_link",
        "person_factor_remove", "help_line_remove", "session_cancel", "session_template", "session_carry", "item_add",
        "item_change", "item_move", "item_remove", "item_restore", "item_done", "handout_set", "session_start",
        "session_end", "parcel_take", "parcel_put_away", "catalogue_make", "catalogue_cancel",
        "intervention_copy", "intervention_edit", "intervention_retire", "intervention_favourite", "intervention_tags",
        "worksheet_copy", "worksheet_edit", "worksheet_retire", "draft_head", "draft_publish", "draft_discard",
        "draft_block_add", "draft_block", "draft_block_move", "draft_block_remove", "draft_block_restore",
        "adaptation_remove", "consent_print",
        "case_audit_print", "case_thread_print",
        "series_reopen", "booster_hold", "booster_miss", "booster_follow_up", "booster_again",
        "plan_begin", "plan_part", "plan_add", "plan_pathway", "plan_row", "plan_row_remove", "plan_row_restore",
        "plan_decide",
        "booster_move", "booster_drop", "booster_put_back", "booster_focus", "booster_brief", "ending_print",
        "reminder_given", "reentry_rule", "reentry_decide", "calendar_feed_make", "calendar_feed_titles",
        "calendar_feed_end", "need_add", "note_begin", "note_save", "note_sign", "note_addendum",
        "note_approve", "note_return", "note_print", "phrase_remove",
        "week_make", "week_cancel",
        "returned_read", "returned_take_clear", "returned_take", "returned_hand", "returned_put_away",
        "series_change", "assignment_tick", "assignment_review", "hand_over", "sharing_withdraw", "handed_share",
    },
    "gives a file": {
        "week_file",
        "agreement_picture", "agreement_paper", "returned_picture", "returned_original",
        "measure_blank", "measure_picture", "measure_schema", "progress_printed",
        "boosters_table", "boosters_paper", "booster_ics", "series_ics", "calendar_read",
        "assignment_picture",
        "draft_picture", "adaptation_picture", "consent_paper",
        "catalogue_file", "statement_text", "worksheet_picture", "worksheet_pdf", "pack_schema", "printout",
        "plan_printed",
        "session_print_picture", "mfa_download_recovery_codes", "mfa_login_webauthn",
    },
    "is a part of a page": {
        "session_library", "waits", "case_part", "case_audit_part", "case_thread_part", "booster_forms",
        "plan_offers",
    },
    "is a step in between, looked at by its own test": {
        "mfa_authenticate", "unlock", "take_back", "handed_sheet", "rate_screen",
    },
    "is a part of the planner": {"session_suggested"},
    "asks the browser for a passkey; only its script differs from the page for a code": {"mfa_reauthenticate_webauthn"},
}  # fmt: skip
