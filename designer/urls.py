"""Routes of this room."""

from django.urls import path

from designer import views

app_name = "designer"

urlpatterns = [
    path("processes/", views.process_list, name="processes"),
    path("processes/new/", views.new_process, name="new"),
    path("processes/<str:key>/", views.process_page, name="process"),
    path("processes/<str:key>/edit/", views.edit, name="edit"),
    path("processes/<str:key>/versions/<int:number>/", views.version_page, name="version"),
]
