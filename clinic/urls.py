"""The address book of the project: everything lives in the planner's own site map."""

from django.urls import include, path

urlpatterns = [path("", include("planner.urls"))]

handler400 = "planner.practice.views.bad_request"
handler403 = "planner.practice.views.forbidden"
handler404 = "planner.practice.views.not_found"
handler500 = "planner.practice.views.server_error"
