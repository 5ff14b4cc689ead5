"""Routes of this room."""

from django.urls import path

from monitor import views

app_name = "monitor"

urlpatterns = [
    path("instances/", views.instance_list, name="instances"),
    path("instances/<int:instance>/", views.instance_page, name="instance"),
    path("instances/<int:instance>/cancel/", views.cancel, name="cancel"),
    path("incidents/<int:incident>/retry/", views.retry, name="retry"),
]
