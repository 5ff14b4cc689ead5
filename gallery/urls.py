"""Routes of this room."""

from django.urls import path

from gallery import views

app_name = "gallery"

urlpatterns = [
    path("gallery/", views.gallery_page, name="gallery"),
    path("gallery/which/", views.which_page, name="which"),
    path("gallery/services/<slug:service>/", views.flip, name="flip"),
    path("gallery/incidents/<int:incident>/retry/", views.retry, name="retry"),
    path("gallery/<slug:slug>/", views.example_page, name="example"),
    path("gallery/<slug:slug>/install/", views.install, name="install"),
    path("gallery/<slug:slug>/reset/", views.reset, name="reset"),
    path("gallery/<slug:slug>/start/", views.start, name="start"),
    path("gallery/<slug:slug>/scenarios/", views.scenario_list, name="scenarios"),
]
