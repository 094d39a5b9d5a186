"""Doors of the sessions room."""

from django.urls import path

from planner.sessions import views

urlpatterns = [
    path("sessions/", views.sessions, name="sessions"),
    path("sessions/add/", views.sessions_add_from_library, name="sessions_add_from_library"),
    path("cases/<int:case_pk>/sessions/new/", views.session_new, name="session_new"),
    path("sessions/<int:pk>/plan/", views.session_plan, name="session_plan"),
    path("sessions/<int:pk>/edit/", views.session_edit, name="session_edit"),
    path("sessions/<int:pk>/cancel/", views.session_cancel, name="session_cancel"),
    path("sessions/<int:pk>/library/", views.session_library, name="session_library"),
    path("sessions/<int:pk>/template/", views.session_template, name="session_template"),
    path("sessions/<int:pk>/carry/", views.session_carry, name="session_carry"),
    path("sessions/<int:pk>/items/add/", views.item_add, name="item_add"),
    path("sessions/<int:pk>/items/<int:item_pk>/", views.item_change, name="item_change"),
    path("sessions/<int:pk>/items/<int:item_pk>/move/", views.item_move, name="item_move"),
    path("sessions/<int:pk>/items/<int:item_pk>/remove/", views.item_remove, name="item_remove"),
    path("sessions/<int:pk>/items/<int:item_pk>/restore/", views.item_restore, name="item_restore"),
    path("sessions/<int:pk>/items/<int:item_pk>/done/", views.item_done, name="item_done"),
    path("sessions/<int:pk>/handouts/<int:handout_pk>/", views.handout_set, name="handout_set"),
    path("sessions/<int:pk>/run/", views.session_run, name="session_run"),
    path("sessions/<int:pk>/start/", views.session_start, name="session_start"),
    path("sessions/<int:pk>/end/", views.session_end, name="session_end"),
    path("sessions/<int:pk>/print/", views.session_print, name="session_print"),
    path("sessions/<int:pk>/print/picture.png", views.session_print_picture, name="session_print_picture"),
]
