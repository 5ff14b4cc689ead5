"""Routes of this room."""

from django.urls import path, re_path, register_converter
from drf_spectacular.views import SpectacularAPIView

from api import designing, views

app_name = "api"


class KeyConverter:
    """A row's key: a whole number that any database can hold."""

    regex = "[0-9]{1,19}"

    def to_python(self, value: str) -> int:
        number = int(value)
        if number > 2**63 - 1:
            raise ValueError
        return number

    def to_url(self, value: int | str) -> str:
        return str(value)


register_converter(KeyConverter, "key")

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("v1/processes/", views.Processes.as_view(), name="processes"),
    path("v1/processes/<str:key>/", views.OneProcess.as_view(), name="process"),
    path("v1/processes/<str:key>/versions/<int:number>/", views.OneVersion.as_view(), name="version"),
    path("v1/processes/<str:key>/start/", views.StartProcess.as_view(), name="process-start"),
    path("v1/deployments/", views.Deployments.as_view(), name="deployments"),
    path("v1/check/", views.Check.as_view(), name="check"),
    path("v1/drafts/<str:key>/", views.OneDraft.as_view(), name="draft"),
    path("v1/instances/", views.Instances.as_view(), name="instances"),
    path("v1/instances/<key:instance>/", views.OneInstance.as_view(), name="instance"),
    path("v1/instances/<key:instance>/state/", views.InstanceState.as_view(), name="instance-state"),
    path("v1/instances/<key:instance>/history/", views.InstanceHistory.as_view(), name="instance-history"),
    path("v1/instances/<key:instance>/variables/", views.InstanceVariables.as_view(), name="instance-variables"),
    path("v1/instances/<key:instance>/cancel/", views.CancelInstance.as_view(), name="instance-cancel"),
    path("v1/instances/<key:instance>/suspend/", views.SuspendInstance.as_view(), name="instance-suspend"),
    path("v1/instances/<key:instance>/resume/", views.ResumeInstance.as_view(), name="instance-resume"),
    path("v1/incidents/<key:incident>/retry/", views.RetryIncident.as_view(), name="incident-retry"),
    path("v1/tasks/", views.Tasks.as_view(), name="tasks"),
    path("v1/tasks/<key:task>/", views.OneTask.as_view(), name="task"),
    path("v1/tasks/<key:task>/claim/", views.ClaimTask.as_view(), name="task-claim"),
    path("v1/tasks/<key:task>/release/", views.ReleaseTask.as_view(), name="task-release"),
    path("v1/tasks/<key:task>/assign/", views.AssignTask.as_view(), name="task-assign"),
    path("v1/tasks/<key:task>/complete/", views.CompleteTask.as_view(), name="task-complete"),
    path("v1/tasks/<key:task>/submit/", views.SubmitTask.as_view(), name="task-submit"),
    path("v1/messages/", views.Messages.as_view(), name="messages"),
    path("v1/signals/", views.Signals.as_view(), name="signals"),
    path("v1/decisions/", views.Decisions.as_view(), name="decisions"),
    path("v1/decisions/<str:key>/", views.OneDecision.as_view(), name="decision"),
    path("v1/decisions/<str:key>/evaluate/", views.EvaluateDecision.as_view(), name="decision-evaluate"),
    path("v1/feel/", views.Feel.as_view(), name="feel"),
    path("v1/designer/catalogue/", designing.Catalogue.as_view(), name="catalogue"),
    path("v1/designer/timer/", designing.Timers.as_view(), name="preview-timer"),
    path("v1/designer/retries/", designing.Retries.as_view(), name="preview-retries"),
    path("v1/designer/decision/", designing.TryDecision.as_view(), name="try-decision"),
    path("v1/designer/layout/", designing.Layout.as_view(), name="layout"),
    # Last: what is nowhere is said in the API's own words. With the slash, which Django adds where it is missing.
    re_path(r"^.*/$", views.Nowhere.as_view()),
]
