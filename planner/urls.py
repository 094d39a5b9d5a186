"""The site map: every door of the house on one page, with its name. Every name has its row in tests/test_doors.py."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.contrib.auth.decorators import login_not_required
from django.urls import path

from planner.agreements import fill_views as agreement_fills
from planner.agreements import paper_views as agreement_papers
from planner.agreements import reentry_views as reentries
from planner.agreements import views as agreements
from planner.boosters import booster_views as booster
from planner.boosters import digest_views as digest
from planner.boosters import measure_views as booster_measures
from planner.boosters import paper_views as booster_papers
from planner.boosters import reentry_views as reentry
from planner.boosters import series_views as series
from planner.cases import consent_views as consents
from planner.cases import views as cases
from planner.desk import answers_views as growing
from planner.desk import board_views as board
from planner.desk import progress_views as growth
from planner.desk import proof_views as proofs
from planner.desk import views as desk
from planner.exchange import views as exchange
from planner.homework import adaptation_views as adaptations
from planner.homework import give_views as giving
from planner.homework import response_views as responses
from planner.homework import return_views as returns
from planner.homework import views as homework
from planner.homework import week_views as week
from planner.library import catalogue_views as catalogue
from planner.library import course_views as courses
from planner.library import draft_views as drafts
from planner.library import export_views as exports
from planner.library import own_views as own
from planner.library import parcel_views as parcels
from planner.library import views as library
from planner.plans import edit_views as plan_edits
from planner.plans import print_views as plan_prints
from planner.plans import sign_views as plan_signatures
from planner.plans import views as plans
from planner.practice import views as practice
from planner.practice.doors import without_second_factor
from planner.progress import event_views as events
from planner.progress import measure_views
from planner.progress import print_views as progress_prints
from planner.progress import rating_views as ratings
from planner.progress import return_views as rating_returns
from planner.progress import views as progress
from planner.sessions import need_views as needs
from planner.sessions import note_paper_views as note_papers
from planner.sessions import note_views as notes
from planner.sessions import pathway_views as pathways
from planner.sessions import phrase_views as phrases
from planner.sessions import process_views as process
from planner.sessions import views as sessions
from planner.sessions import where_views as where

# allauth marks its other sign-in pages itself.
login_not_required(passkeys.login_webauthn)
for _door in (
    account.reauthenticate,
    account.password_change,
    mfa.index,
    mfa.reauthenticate,
    totp.activate_totp,
    codes.view_recovery_codes,
    codes.download_recovery_codes,
    codes.generate_recovery_codes,
    passkeys.list_webauthn,
    passkeys.add_webauthn,
    passkeys.reauthenticate_webauthn,
):
    without_second_factor(_door)

urlpatterns = [
    # The desk
    path("", desk.today, name="today"),
    path("waits/<slug:group>/", desk.waits, name="waits"),
    path("cases/", desk.caseload, name="caseload"),
    path("cases/<int:pk>/", desk.case, name="case"),
    path("cases/<int:pk>/part/<slug:name>/", desk.case_part, name="case_part"),
    path("cases/<int:pk>/timeline/", growth.timeline, name="timeline"),
    path("cases/<int:pk>/growth/", growth.case_growth, name="case_growth"),
    path("search/", desk.search, name="search"),
    path("cases/<int:pk>/audit/", proofs.case_audit, name="case_audit"),
    path("cases/<int:pk>/audit/part/<slug:name>/", proofs.case_audit_part, name="case_audit_part"),
    path("cases/<int:pk>/audit/print/", proofs.case_audit_print, name="case_audit_print"),
    path("cases/<int:pk>/thread/", proofs.case_thread, name="case_thread"),
    path("cases/<int:pk>/thread/part/", proofs.case_thread_part, name="case_thread_part"),
    path("cases/<int:pk>/thread/print/", proofs.case_thread_print, name="case_thread_print"),
    path("boosters/", board.boosters, name="boosters"),
    path("boosters/figures/", board.boosters_figures, name="boosters_figures"),
    path("boosters/list.csv", board.boosters_table, name="boosters_table"),
    path("boosters/list.pdf", board.boosters_paper, name="boosters_paper"),
    path("cases/<int:pk>/answers/", growing.answers, name="answers"),
    path("cases/<int:pk>/shared/", growing.curious, name="curious"),
    # Cases
    path("cases/new/", cases.case_new, name="case_new"),
    path("cases/<int:pk>/edit/", cases.case_edit, name="case_edit"),
    path("cases/<int:pk>/close/", cases.case_close, name="case_close"),
    path("cases/<int:pk>/people/add/", cases.participant_add, name="participant_add"),
    path("cases/<int:pk>/people/<int:participant_pk>/", cases.participant_edit, name="participant_edit"),
    path("cases/<int:pk>/safety/", cases.flag_record, name="flag_record"),
    path("cases/<int:pk>/override/<slug:gate>/", cases.gate_override, name="gate_override"),
    path("cases/<int:pk>/team/", cases.team, name="team"),
    path("cases/<int:pk>/consents/", consents.case_consents, name="case_consents"),
    path("cases/<int:pk>/consents/new/<slug:kind>/", consents.consent_new, name="consent_new"),
    path("consents/<int:pk>/", consents.consent, name="consent"),
    path("consents/<int:pk>/sign/", consents.consent_sign, name="consent_sign"),
    path("consents/<int:pk>/withdraw/", consents.consent_withdraw, name="consent_withdraw"),
    path("consents/<int:pk>/print/", consents.consent_print, name="consent_print"),
    path("consents/<int:pk>/form.pdf", consents.consent_paper, name="consent_paper"),
    # Library
    path("library/", library.library, name="library"),
    path("library/schema.json", library.pack_schema, name="pack_schema"),
    path("library/<int:pk>/", library.intervention, name="intervention"),
    path("library/editions/<int:pk>/", library.intervention_edition, name="intervention_edition"),
    path("library/sheets/<int:pk>/print/", library.worksheet_print, name="worksheet_print"),
    path("library/sheets/<int:pk>/picture.png", library.worksheet_picture, name="worksheet_picture"),
    path("library/sheets/<int:pk>/blank.pdf", library.worksheet_pdf, name="worksheet_pdf"),
    path("library/retired/", own.library_retired, name="library_retired"),
    path("library/<int:pk>/copy/", own.intervention_copy, name="intervention_copy"),
    path("library/<int:pk>/edit/", own.intervention_edit, name="intervention_edit"),
    path("library/<int:pk>/retire/", own.intervention_retire, name="intervention_retire"),
    path("library/<int:pk>/favourite/", own.intervention_favourite, name="intervention_favourite"),
    path("library/<int:pk>/tags/", own.intervention_tags, name="intervention_tags"),
    path("library/<int:pk>/compare/", own.intervention_compare, name="intervention_compare"),
    path("library/<int:pk>/original/", own.intervention_original, name="intervention_original"),
    path("library/sheets/<int:pk>/copy/", own.worksheet_copy, name="worksheet_copy"),
    path("library/sheets/<int:pk>/edit/", own.worksheet_edit, name="worksheet_edit"),
    path("library/sheets/<int:pk>/retire/", own.worksheet_retire, name="worksheet_retire"),
    path("library/sheets/<int:pk>/compare/", own.worksheet_compare, name="worksheet_compare"),
    path("library/sheets/<int:pk>/original/", own.worksheet_original, name="worksheet_original"),
    path("library/drafts/<int:pk>/", drafts.draft, name="draft"),
    path("library/drafts/<int:pk>/head/", drafts.draft_head, name="draft_head"),
    path("library/drafts/<int:pk>/picture.png", drafts.draft_picture, name="draft_picture"),
    path("library/drafts/<int:pk>/publish/", drafts.draft_publish, name="draft_publish"),
    path("library/drafts/<int:pk>/put-away/", drafts.draft_discard, name="draft_discard"),
    path("library/drafts/<int:pk>/blocks/add/", drafts.draft_block_add, name="draft_block_add"),
    path("library/drafts/<int:pk>/blocks/<slug:key>/", drafts.draft_block, name="draft_block"),
    path("library/drafts/<int:pk>/blocks/<slug:key>/move/", drafts.draft_block_move, name="draft_block_move"),
    path("library/drafts/<int:pk>/blocks/<slug:key>/remove/", drafts.draft_block_remove, name="draft_block_remove"),
    path("library/drafts/<int:pk>/blocks/<slug:key>/restore/", drafts.draft_block_restore, name="draft_block_restore"),
    path("library/catalogue/", catalogue.catalogue_page, name="catalogue"),
    path("library/catalogue/make/", catalogue.catalogue_make, name="catalogue_make"),
    path("library/catalogue/<int:pk>/stop/", catalogue.catalogue_cancel, name="catalogue_cancel"),
    path("library/catalogue/<int:pk>/catalogue.pdf", catalogue.catalogue_file, name="catalogue_file"),
    path("library/glossary/", library.glossary_page, name="glossary"),
    path("library/packs/guide/", parcels.pack_guide, name="pack_guide"),
    path("library/packs/give-out/", exports.pack_export, name="pack_export"),
    path("library/packs/take-in/", parcels.pack_import, name="pack_import"),
    path("library/packs/<int:pk>/", parcels.parcel, name="parcel"),
    path("library/packs/<int:pk>/take/", parcels.parcel_take, name="parcel_take"),
    path("library/packs/<int:pk>/put-away/", parcels.parcel_put_away, name="parcel_put_away"),
    path("library/<int:pk>/review/", parcels.own_review, name="own_review"),
    path("library/pathways/", courses.pathways, name="pathways"),
    path("library/pathways/<int:pk>/", courses.pathway, name="pathway"),
    path("library/statements/", courses.statements, name="statements"),
    path("library/statements/<int:pk>/", courses.statement, name="statement"),
    path("library/statements/<int:pk>/text/", courses.statement_text, name="statement_text"),
    # Plans
    path("cases/<int:case_pk>/plans/", plans.plans, name="plans"),
    path("cases/<int:case_pk>/plans/begin/", plan_edits.plan_begin, name="plan_begin"),
    path("plans/<int:pk>/", plans.plan, name="plan"),
    path("plans/<int:pk>/edit/", plan_edits.plan_edit, name="plan_edit"),
    path("plans/<int:pk>/part/<slug:part>/", plan_edits.plan_part, name="plan_part"),
    path("plans/<int:pk>/add/<slug:kind>/", plan_edits.plan_add, name="plan_add"),
    path("plans/<int:pk>/offers/", plan_edits.plan_offers, name="plan_offers"),
    path("plans/<int:pk>/bank/<int:statement_pk>/", plan_edits.plan_bank, name="plan_bank"),
    path("plans/<int:pk>/pathway/", plan_edits.plan_pathway, name="plan_pathway"),
    path("plans/<int:pk>/rows/<slug:kind>/<int:row_pk>/", plan_edits.plan_row, name="plan_row"),
    path("plans/<int:pk>/rows/<slug:kind>/<int:row_pk>/remove/", plan_edits.plan_row_remove, name="plan_row_remove"),
    path("plans/<int:pk>/rows/<slug:kind>/<int:row_pk>/restore/", plan_edits.plan_row_restore, name="plan_row_restore"),
    path("plans/<int:pk>/stands/<slug:kind>/<int:row_pk>/", plans.plan_stand, name="plan_stand"),
    path("plans/<int:pk>/sign/", plan_signatures.plan_sign, name="plan_sign"),
    path("plans/<int:pk>/decide/", plan_signatures.plan_decide, name="plan_decide"),
    path("plans/<int:pk>/compare/", plans.plan_compare, name="plan_compare"),
    path("plans/<int:pk>/review/", plans.plan_review, name="plan_review"),
    path("plans/<int:pk>/print/", plan_prints.plan_print, name="plan_print"),
    path("plans/printed/<int:pk>/", plan_prints.plan_printed, name="plan_printed"),
    # Progress
    path("measures/", measure_views.measure_list, name="measures"),
    path("measures/add/", measure_views.measure_add, name="measure_add"),
    path("measures/schema.json", measure_views.measure_schema, name="measure_schema"),
    path("measures/<slug:slug>/", measure_views.measure, name="measure"),
    path("measures/<slug:slug>/blank.pdf", progress_prints.measure_blank, name="measure_blank"),
    path("measures/<slug:slug>/picture.png", progress_prints.measure_picture, name="measure_picture"),
    path("measures/<slug:slug>/retire/", measure_views.measure_retire, name="measure_retire"),
    path("cases/<int:pk>/progress/", progress.progress, name="progress"),
    path("cases/<int:pk>/progress/print/", progress_prints.progress_print, name="progress_print"),
    path("cases/<int:pk>/progress/<slug:what>/<int:row_pk>/take-back/", events.row_take_back, name="row_take_back"),
    path("cases/<int:pk>/progress/<slug:what>/<int:row_pk>/put-back/", events.row_put_back, name="row_put_back"),
    path("cases/<int:pk>/measures/due/", progress.measures_due, name="measures_due"),
    path("cases/<int:pk>/measures/due/<int:rule_pk>/end/", progress.due_end, name="due_end"),
    path("cases/<int:pk>/measures/shared/", progress.charts_shared, name="charts_shared"),
    path("cases/<int:pk>/measures/chart/<slug:slug>/", progress.measure_chart, name="measure_chart"),
    path("cases/<int:pk>/people/<int:participant_pk>/measures/<slug:slug>/", ratings.rate, name="rate"),
    path(
        "cases/<int:pk>/people/<int:participant_pk>/measures/<slug:slug>/hand-over/",
        ratings.rate_hand_over,
        name="rate_hand_over",
    ),
    path(
        "cases/<int:pk>/people/<int:participant_pk>/measures/<slug:slug>/fill/", ratings.rate_screen, name="rate_screen"
    ),
    path(
        "cases/<int:pk>/people/<int:participant_pk>/measures/<slug:slug>/print/",
        progress_prints.measure_print,
        name="measure_print",
    ),
    path("ratings/<int:pk>/", ratings.rating, name="rating"),
    path("ratings/returned/", rating_returns.rating_returned, name="rating_returned"),
    path("progress/printed/<int:pk>/answers/", rating_returns.rating_answers, name="rating_answers"),
    path("progress/printed/<int:pk>/", progress_prints.progress_printed, name="progress_printed"),
    path("cases/<int:pk>/events/record/", events.event_record, name="event_record"),
    path("cases/<int:pk>/repair/", events.repair, name="repair"),
    path("cases/<int:pk>/milestones/", events.milestones, name="milestones"),
    # Homework
    path("printed/<int:pk>/", homework.printout, name="printout"),
    path("cases/<int:case_pk>/homework/", giving.homework, name="homework"),
    path("cases/<int:case_pk>/homework/give/", giving.give, name="give"),
    path("homework/<int:pk>/", giving.assignment, name="assignment"),
    path("homework/<int:pk>/print/", giving.assignment_print, name="assignment_print"),
    path("homework/<int:pk>/print/picture.png", giving.assignment_picture, name="assignment_picture"),
    path("homework/series/<int:pk>/", giving.series_change, name="series_change"),
    path("homework/<int:pk>/tick/", responses.assignment_tick, name="assignment_tick"),
    path("homework/<int:pk>/fill/", responses.assignment_fill, name="assignment_fill"),
    path("homework/<int:pk>/review/", responses.assignment_review, name="assignment_review"),
    path("homework/<int:pk>/hand-over/", responses.hand_over, name="hand_over"),
    path("homework/responses/<int:pk>/figures/", responses.response_rate, name="response_rate"),
    path("homework/responses/<int:pk>/private/", responses.sharing_withdraw, name="sharing_withdraw"),
    path("homework/week/", week.week_sheets, name="week_sheets"),
    path("homework/week/print/", week.week_make, name="week_make"),
    path("homework/week/<int:pk>/stop/", week.week_cancel, name="week_cancel"),
    path("homework/week/<int:pk>/sheets.pdf", week.week_file, name="week_file"),
    path("homework/returned/", returns.returned_files, name="returned"),
    path("homework/returned/read/", returns.returned_read, name="returned_read"),
    path("homework/returned/take-clear/", returns.returned_take_clear, name="returned_take_clear"),
    path("homework/returned/<int:pk>/", returns.returned_file, name="returned_file"),
    path("homework/returned/<int:pk>/rating/", returns.returned_rating, name="returned_rating"),
    path("homework/returned/<int:pk>/page-<int:page>.png", returns.returned_picture, name="returned_picture"),
    path("homework/returned/<int:pk>/original/", returns.returned_original, name="returned_original"),
    path("homework/returned/<int:pk>/take/", returns.returned_take, name="returned_take"),
    path("homework/returned/<int:pk>/file/", returns.returned_hand, name="returned_hand"),
    path("homework/returned/<int:pk>/put-away/", returns.returned_put_away, name="returned_put_away"),
    path("handed/<int:pk>/", responses.handed_sheet, name="handed_sheet"),
    path("handed/<int:pk>/share/", responses.handed_share, name="handed_share"),
    path("cases/<int:case_pk>/people/<int:participant_pk>/sheets/<int:pk>/", adaptations.adaptation, name="adaptation"),
    path(
        "cases/<int:case_pk>/people/<int:participant_pk>/sheets/<int:pk>/picture.png",
        adaptations.adaptation_picture,
        name="adaptation_picture",
    ),
    path(
        "cases/<int:case_pk>/people/<int:participant_pk>/sheets/<int:pk>/remove/",
        adaptations.adaptation_remove,
        name="adaptation_remove",
    ),
    # Agreements
    path("cases/<int:pk>/agreements/", agreements.case_agreements, name="case_agreements"),
    path("cases/<int:pk>/agreements/new/<slug:kind>/", agreements.agreement_new, name="agreement_new"),
    path("agreements/<int:pk>/", agreements.agreement, name="agreement"),
    path("agreements/<int:pk>/fill/", agreement_fills.agreement_fill, name="agreement_fill"),
    path("agreements/<int:pk>/returned/", agreement_fills.agreement_returned, name="agreement_returned"),
    path("agreements/<int:pk>/renew/", agreements.agreement_renew, name="agreement_renew"),
    path("agreements/<int:pk>/put-away/", agreements.agreement_drop, name="agreement_drop"),
    path("agreements/<int:pk>/review/", agreements.agreement_review, name="agreement_review"),
    path("agreements/<int:pk>/end/", agreements.agreement_end, name="agreement_end"),
    path("agreements/<int:pk>/sign/", agreements.agreement_sign, name="agreement_sign"),
    path("agreements/<int:pk>/compare/", agreements.agreement_compare, name="agreement_compare"),
    path("agreements/<int:pk>/print/", agreement_papers.agreement_print, name="agreement_print"),
    path("agreements/<int:pk>/print/picture.png", agreement_papers.agreement_picture, name="agreement_picture"),
    path("agreements/<int:pk>/copies/add/", agreement_papers.copy_add, name="copy_add"),
    path("copies/<int:pk>/page.pdf", agreement_papers.agreement_paper, name="agreement_paper"),
    path("copies/<int:pk>/where/", agreement_papers.copy_where, name="copy_where"),
    path("copies/<int:pk>/replaced/", agreement_papers.copy_replaced, name="copy_replaced"),
    path("cases/<int:pk>/relapse/", reentries.relapse_record, name="relapse_record"),
    path("after/<int:pk>/", reentries.way_back, name="after_relapse"),
    path("after/<int:pk>/step/", reentries.reentry_step, name="after_relapse_step"),
    # Sessions
    path("sessions/", sessions.sessions, name="sessions"),
    path("sessions/add/", sessions.sessions_add_from_library, name="sessions_add_from_library"),
    path("cases/<int:case_pk>/sessions/new/", sessions.session_new, name="session_new"),
    path("sessions/pathways/<int:pk>/", pathways.pathway_case, name="pathway_case"),
    path("cases/<int:case_pk>/pathway/", pathways.pathway_lay, name="pathway_lay"),
    path("sessions/<int:pk>/plan/", sessions.session_plan, name="session_plan"),
    path("sessions/<int:pk>/edit/", sessions.session_edit, name="session_edit"),
    path("sessions/<int:pk>/cancel/", sessions.session_cancel, name="session_cancel"),
    path("sessions/<int:pk>/library/", sessions.session_library, name="session_library"),
    path("sessions/<int:pk>/suggested/", sessions.session_suggested, name="session_suggested"),
    path("sessions/<int:pk>/template/", sessions.session_template, name="session_template"),
    path("sessions/<int:pk>/carry/", sessions.session_carry, name="session_carry"),
    path("sessions/<int:pk>/needs/add/", needs.need_add, name="need_add"),
    path("sessions/<int:pk>/items/add/", sessions.item_add, name="item_add"),
    path("sessions/<int:pk>/items/<int:item_pk>/", sessions.item_change, name="item_change"),
    path("sessions/<int:pk>/items/<int:item_pk>/move/", sessions.item_move, name="item_move"),
    path("sessions/<int:pk>/items/<int:item_pk>/remove/", sessions.item_remove, name="item_remove"),
    path("sessions/<int:pk>/items/<int:item_pk>/restore/", sessions.item_restore, name="item_restore"),
    path("sessions/<int:pk>/items/<int:item_pk>/done/", sessions.item_done, name="item_done"),
    path("sessions/<int:pk>/handouts/<int:handout_pk>/", sessions.handout_set, name="handout_set"),
    path("sessions/<int:pk>/run/", sessions.session_run, name="session_run"),
    path("sessions/<int:pk>/start/", sessions.session_start, name="session_start"),
    path("sessions/<int:pk>/end/", sessions.session_end, name="session_end"),
    path("sessions/<int:pk>/note/", notes.note, name="note"),
    path("sessions/<int:pk>/note/begin/", notes.note_begin, name="note_begin"),
    path("sessions/<int:pk>/note/save/", notes.note_save, name="note_save"),
    path("sessions/<int:pk>/note/sign/", notes.note_sign, name="note_sign"),
    path("sessions/<int:pk>/note/addendum/", notes.note_addendum, name="note_addendum"),
    path("sessions/<int:pk>/note/approve/", notes.note_approve, name="note_approve"),
    path("sessions/<int:pk>/note/return/", notes.note_return, name="note_return"),
    path("sessions/<int:pk>/note/print/", note_papers.note_print, name="note_print"),
    path("sessions/<int:pk>/process-note/", process.process_note, name="process_note"),
    path("cases/<int:case_pk>/where/", where.where, name="where"),
    path("phrases/", phrases.phrases, name="phrases"),
    path("phrases/new/", phrases.phrase_new, name="phrase_new"),
    path("phrases/<int:pk>/", phrases.phrase_edit, name="phrase_edit"),
    path("phrases/<int:pk>/remove/", phrases.phrase_remove, name="phrase_remove"),
    path("sessions/<int:pk>/print/", sessions.session_print, name="session_print"),
    path("sessions/<int:pk>/print/picture.png", sessions.session_print_picture, name="session_print_picture"),
    # Boosters
    path("cases/<int:case_pk>/boosters/new/", series.series_new, name="series_new"),
    path("boosters/series/<int:pk>/", series.series, name="series"),
    path("boosters/series/<int:pk>/rest/", series.series_rest, name="series_rest"),
    path("boosters/series/<int:pk>/end/", series.series_end, name="series_end"),
    path("boosters/series/<int:pk>/reopen/", series.series_reopen, name="series_reopen"),
    path("boosters/<int:pk>/", booster.booster, name="booster"),
    path("boosters/<int:pk>/forms/", booster.booster_forms, name="booster_forms"),
    path("boosters/<int:pk>/book/", booster.booster_book, name="booster_book"),
    path("boosters/<int:pk>/held/", booster.booster_hold, name="booster_hold"),
    path("boosters/<int:pk>/missed/", booster.booster_miss, name="booster_miss"),
    path("boosters/<int:pk>/follow-up/", booster.booster_follow_up, name="booster_follow_up"),
    path("boosters/<int:pk>/again/", booster.booster_again, name="booster_again"),
    path("boosters/<int:pk>/move/", booster.booster_move, name="booster_move"),
    path("boosters/<int:pk>/drop/", booster.booster_drop, name="booster_drop"),
    path("boosters/<int:pk>/put-back/", booster.booster_put_back, name="booster_put_back"),
    path("boosters/<int:pk>/focus/", booster.booster_focus, name="booster_focus"),
    path("boosters/<int:pk>/measure/", booster_measures.booster_measure, name="booster_measure"),
    path("boosters/<int:pk>/brief/", booster_papers.booster_brief, name="booster_brief"),
    path("cases/<int:case_pk>/keeping/", booster_papers.keeping, name="keeping"),
    path("cases/<int:case_pk>/ending/", booster_papers.treatment_end, name="treatment_end"),
    path("boosters/endings/<int:pk>/print/", booster_papers.ending_print, name="ending_print"),
    path("boosters/week/", digest.digest_page, name="digest"),
    path("boosters/reminders/<int:pk>/given/", digest.reminder_given, name="reminder_given"),
    path("cases/<int:case_pk>/way-back/", reentry.reentry_page, name="reentry"),
    path("cases/<int:case_pk>/way-back/rule/", reentry.reentry_rule, name="reentry_rule"),
    path("cases/<int:case_pk>/way-back/decide/", reentry.reentry_decide, name="reentry_decide"),
    # Exchange
    path("boosters/<int:pk>/appointment.ics", exchange.booster_ics, name="booster_ics"),
    path("boosters/series/<int:pk>/appointments.ics", exchange.series_ics, name="series_ics"),
    path("you/calendar/", exchange.calendar_feed, name="calendar_feed"),
    path("you/calendar/make/", exchange.calendar_feed_make, name="calendar_feed_make"),
    path("you/calendar/titles/", exchange.calendar_feed_titles, name="calendar_feed_titles"),
    path("you/calendar/end/", exchange.calendar_feed_end, name="calendar_feed_end"),
    path("calendar/<str:token>.ics", exchange.calendar_read, name="calendar_read"),
    # Practice: coming in, the lock, the person, the people, settings, trail
    path("set-up/<str:token>/", practice.setup, name="setup"),
    path("join/<str:token>/", practice.join, name="join"),
    path("sign-in/", account.login, name="account_login"),
    path("sign-in/second-factor/", mfa.authenticate, name="mfa_authenticate"),
    path("sign-in/passkey/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("sign-out/", practice.sign_out, name="sign_out"),
    path("alive/", practice.alive, name="alive"),
    path("unlock/", practice.unlock, name="unlock"),
    path("take-back/", practice.take_back, name="take_back"),
    path("you/", practice.profile, name="profile"),
    path("you/sign-out-everywhere/", practice.sign_out_everywhere, name="sign_out_everywhere"),
    path("you/password/", account.password_change, name="account_change_password"),
    path("you/confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("you/confirm/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("you/confirm/passkey/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("you/second-factor/", mfa.index, name="mfa_index"),
    path("you/second-factor/offer/", practice.second_factor, name="second_factor"),
    path("you/second-factor/app/add/", totp.activate_totp, name="mfa_activate_totp"),
    path("you/second-factor/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("you/second-factor/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("you/second-factor/codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("you/second-factor/codes/file/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("you/second-factor/passkeys/", passkeys.list_webauthn, name="mfa_list_webauthn"),
    path("you/second-factor/passkeys/add/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path("you/second-factor/passkeys/<int:pk>/name/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    path("you/second-factor/passkeys/<int:pk>/remove/", passkeys.remove_webauthn, name="mfa_remove_webauthn"),
    path("people/", practice.people, name="people"),
    path("people/invite/", practice.person_invite, name="person_invite"),
    path("people/invitations/<int:pk>/withdraw/", practice.invitation_withdraw, name="invitation_withdraw"),
    path("people/<int:pk>/", practice.person_change, name="person_change"),
    path("people/<int:pk>/password-link/", practice.person_password_link, name="person_password_link"),
    path("people/<int:pk>/second-factor/remove/", practice.person_factor_remove, name="person_factor_remove"),
    path("practice/", practice.practice_settings, name="practice_settings"),
    path("practice/help-lines/add/", practice.help_line_add, name="help_line_add"),
    path("practice/help-lines/<int:pk>/", practice.help_line_change, name="help_line_change"),
    path("practice/help-lines/<int:pk>/remove/", practice.help_line_remove, name="help_line_remove"),
    path("trail/", practice.trail_page, name="trail"),
]
