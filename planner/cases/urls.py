"""Doors of the cases room."""

from django.urls import path

from planner.cases import views

urlpatterns = [
    path("cases/new/", views.case_new, name="case_new"),
    path("cases/<int:pk>/edit/", views.case_edit, name="case_edit"),
    path("cases/<int:pk>/close/", views.case_close, name="case_close"),
    path("cases/<int:pk>/people/add/", views.participant_add, name="participant_add"),
    path("cases/<int:pk>/people/<int:participant_pk>/", views.participant_edit, name="participant_edit"),
    path("cases/<int:pk>/safety/", views.flag_record, name="flag_record"),
    path("cases/<int:pk>/override/<slug:gate>/", views.gate_override, name="gate_override"),
    path("cases/<int:pk>/team/", views.team, name="team"),
]
