"""Doors of the library."""

from django.urls import path

from planner.library import views

urlpatterns = [
    path("library/", views.library, name="library"),
    path("library/schema.json", views.pack_schema, name="pack_schema"),
    path("library/<int:pk>/", views.intervention, name="intervention"),
    path("library/editions/<int:pk>/", views.intervention_edition, name="intervention_edition"),
    path("library/sheets/<int:pk>/print/", views.worksheet_print, name="worksheet_print"),
    path("library/sheets/<int:pk>/picture.png", views.worksheet_picture, name="worksheet_picture"),
    path("library/sheets/<int:pk>/blank.pdf", views.worksheet_pdf, name="worksheet_pdf"),
]
