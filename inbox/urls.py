"""Routes of this room."""

from django.urls import path

from inbox import views

app_name = "inbox"

urlpatterns = [
    path("", views.home, name="home"),
    path("inbox/", views.task_list, name="list"),
    path("inbox/count/", views.task_count, name="count"),
    path("inbox/<int:task>/", views.task_page, name="task"),
    path("inbox/<int:task>/claim/", views.claim, name="claim"),
    path("inbox/<int:task>/release/", views.release, name="release"),
    path("start/", views.start_list, name="starts"),
    path("start/<str:key>/", views.start_page, name="start"),
]
