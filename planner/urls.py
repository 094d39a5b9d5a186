"""The site map: every door of the house on one page, with its name. Every name has its row in tests/test_doors.py."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.contrib.auth.decorators import login_not_required
from django.urls import path

from planner.cases import views as cases
from planner.desk import views as desk
from planner.homework import views as homework
from planner.library import views as library
from planner.practice import views as practice
from planner.practice.doors import without_second_factor
from planner.sessions import views as sessions

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
    path("cases/", desk.caseload, name="caseload"),
    path("cases/<int:pk>/", desk.case, name="case"),
    path("search/", desk.search, name="search"),
    # Cases
    path("cases/new/", cases.case_new, name="case_new"),
    path("cases/<int:pk>/edit/", cases.case_edit, name="case_edit"),
    path("cases/<int:pk>/close/", cases.case_close, name="case_close"),
    path("cases/<int:pk>/people/add/", cases.participant_add, name="participant_add"),
    path("cases/<int:pk>/people/<int:participant_pk>/", cases.participant_edit, name="participant_edit"),
    path("cases/<int:pk>/safety/", cases.flag_record, name="flag_record"),
    path("cases/<int:pk>/override/<slug:gate>/", cases.gate_override, name="gate_override"),
    path("cases/<int:pk>/team/", cases.team, name="team"),
    # Library
    path("library/", library.library, name="library"),
    path("library/schema.json", library.pack_schema, name="pack_schema"),
    path("library/<int:pk>/", library.intervention, name="intervention"),
    path("library/editions/<int:pk>/", library.intervention_edition, name="intervention_edition"),
    path("library/sheets/<int:pk>/print/", library.worksheet_print, name="worksheet_print"),
    path("library/sheets/<int:pk>/picture.png", library.worksheet_picture, name="worksheet_picture"),
    path("library/sheets/<int:pk>/blank.pdf", library.worksheet_pdf, name="worksheet_pdf"),
    # Homework
    path("printed/<int:pk>/", homework.printout, name="printout"),
    # Sessions
    path("sessions/", sessions.sessions, name="sessions"),
    path("sessions/add/", sessions.sessions_add_from_library, name="sessions_add_from_library"),
    path("cases/<int:case_pk>/sessions/new/", sessions.session_new, name="session_new"),
    path("sessions/<int:pk>/plan/", sessions.session_plan, name="session_plan"),
    path("sessions/<int:pk>/edit/", sessions.session_edit, name="session_edit"),
    path("sessions/<int:pk>/cancel/", sessions.session_cancel, name="session_cancel"),
    path("sessions/<int:pk>/library/", sessions.session_library, name="session_library"),
    path("sessions/<int:pk>/template/", sessions.session_template, name="session_template"),
    path("sessions/<int:pk>/carry/", sessions.session_carry, name="session_carry"),
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
    path("sessions/<int:pk>/print/", sessions.session_print, name="session_print"),
    path("sessions/<int:pk>/print/picture.png", sessions.session_print_picture, name="session_print_picture"),
    # Practice: coming in, the lock, the person, the people, settings, trail
    path("set-up/<str:token>/", practice.setup, name="setup"),
    path("join/<str:token>/", practice.join, name="join"),
    path("sign-in/", account.login, name="account_login"),
    path("sign-in/second-factor/", mfa.authenticate, name="mfa_authenticate"),
    path("sign-in/passkey/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("sign-out/", practice.sign_out, name="sign_out"),
    path("alive/", practice.alive, name="alive"),
    path("unlock/", practice.unlock, name="unlock"),
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
