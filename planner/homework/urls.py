"""Doors of the homework room."""

from django.urls import path

from planner.homework import views

urlpatterns = [path("printed/<int:pk>/", views.printout, name="printout")]
