"""Routes of this room."""

from django.urls import path

from designer import decisions, history, reference, views

app_name = "designer"

urlpatterns = [
    path("processes/", views.process_list, name="processes"),
    path("processes/import/", views.import_files, name="import"),
    path("processes/new/", views.new_process, name="new"),
    path("processes/new/states/", history.new_from_states, name="new-from-states"),
    path("processes/<str:key>/", views.process_page, name="process"),
    path("processes/<str:key>/edit/", views.edit, name="edit"),
    path("processes/<str:key>/compare/", history.compare_page, name="compare"),
    path("processes/<str:key>/states/<str:place>/", history.state_page, name="state"),
    path("decisions/", decisions.decision_list, name="decisions"),
    path("decisions/<str:key>/", decisions.decision_page, name="decision"),
    path("help/feel/", reference.feel_page, name="feel"),
    path("instances/<int:instance>/decisions/<int:number>/", decisions.made_page, name="decision-made"),
    path("processes/<str:key>/versions/<int:number>/", views.version_page, name="version"),
]
