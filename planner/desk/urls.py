"""The doors of the desk."""

from django.urls import path

from planner.desk import views

urlpatterns = [
    path("", views.today, name="today"),
    path("cases/", views.caseload, name="caseload"),
    path("cases/<int:pk>/", views.case, name="case"),
    path("search/", views.search, name="search"),
]
