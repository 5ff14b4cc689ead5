"""Routes of this room."""

from django.urls import path, re_path, register_converter
from drf_spectacular.views import SpectacularAPIView

from api.v1 import (
    backfills,
    decisions,
    deployments,
    designing,
    drafting,
    events,
    inbound,
    incidents,
    instances,
    jobs,
    messages,
    nowhere,
    processes,
    tasks,
    tokens,
    trials,
    webhooks,
)

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


class NumberConverter(KeyConverter):
    """A count that fits a column of numbers."""

    regex = "[0-9]{1,9}"


register_converter(KeyConverter, "key")
register_converter(NumberConverter, "number")

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("v1/processes/", processes.Processes.as_view(), name="processes"),
    path("v1/processes/<str:key>/", processes.OneProcess.as_view(), name="process"),
    path("v1/processes/<str:key>/versions/<number:number>/", processes.OneVersion.as_view(), name="version"),
    path("v1/processes/<str:key>/start/", processes.StartProcess.as_view(), name="process-start"),
    path("v1/processes/<str:key>/backfills/", backfills.Backfills.as_view(), name="backfills"),
    path("v1/backfills/<number:backfill>/", backfills.OneBackfill.as_view(), name="backfill"),
    path("v1/backfills/<number:backfill>/pause/", backfills.PauseBackfill.as_view(), name="backfill-pause"),
    path("v1/backfills/<number:backfill>/resume/", backfills.ResumeBackfill.as_view(), name="backfill-resume"),
    path("v1/backfills/<number:backfill>/cancel/", backfills.CancelBackfill.as_view(), name="backfill-cancel"),
    path("v1/backfills/<number:backfill>/retry/", backfills.RetryBackfill.as_view(), name="backfill-retry"),
    path("v1/processes/<str:key>/suspend/", processes.SuspendProcess.as_view(), name="process-suspend"),
    path("v1/processes/<str:key>/resume/", processes.ResumeProcess.as_view(), name="process-resume"),
    path("v1/deployments/", deployments.Deployments.as_view(), name="deployments"),
    path("v1/check/", deployments.Check.as_view(), name="check"),
    path("v1/drafts/", drafting.Drafts.as_view(), name="drafts"),
    path("v1/drafts/<str:key>/", deployments.OneDraft.as_view(), name="draft"),
    path("v1/drafts/<str:key>/history/", drafting.DraftHistory.as_view(), name="draft-history"),
    path("v1/drafts/<str:key>/restore/", drafting.RestoreDraft.as_view(), name="draft-restore"),
    path("v1/drafts/<str:key>/preview/", drafting.Preview.as_view(), name="draft-preview"),
    path("v1/drafts/<str:key>/comparison/", drafting.Comparison.as_view(), name="draft-comparison"),
    path("v1/drafts/<str:key>/states/<str:place>/", drafting.OnePlace.as_view(), name="draft-state"),
    path("v1/drafts/<str:key>/scenarios/", trials.Scenarios.as_view(), name="scenarios"),
    path("v1/drafts/<str:key>/scenarios/run/", trials.RunScenarios.as_view(), name="scenarios-run"),
    path("v1/drafts/<str:key>/scenarios/<number:scenario>/", trials.OneScenario.as_view(), name="scenario"),
    path("v1/simulate/", trials.Simulate.as_view(), name="simulate"),
    path("v1/machines/", drafting.Machines.as_view(), name="machines"),
    path("v1/instances/", instances.Instances.as_view(), name="instances"),
    path("v1/instances/bulk/", instances.StartMany.as_view(), name="instances-bulk"),
    path("v1/instances/<key:instance>/", instances.OneInstance.as_view(), name="instance"),
    path("v1/instances/<key:instance>/state/", instances.InstanceState.as_view(), name="instance-state"),
    path("v1/instances/<key:instance>/history/", instances.InstanceHistory.as_view(), name="instance-history"),
    path("v1/instances/<key:instance>/variables/", instances.InstanceVariables.as_view(), name="instance-variables"),
    path("v1/instances/<key:instance>/events/", events.InstanceEvents.as_view(), name="instance-events"),
    path("v1/instances/<key:instance>/cancel/", instances.CancelInstance.as_view(), name="instance-cancel"),
    path("v1/instances/<key:instance>/suspend/", instances.SuspendInstance.as_view(), name="instance-suspend"),
    path("v1/instances/<key:instance>/resume/", instances.ResumeInstance.as_view(), name="instance-resume"),
    path("v1/incidents/", incidents.Incidents.as_view(), name="incidents"),
    path("v1/incidents/<key:incident>/", incidents.OneIncident.as_view(), name="incident"),
    path("v1/incidents/<key:incident>/retry/", incidents.RetryIncident.as_view(), name="incident-retry"),
    path("v1/tasks/", tasks.Tasks.as_view(), name="tasks"),
    path("v1/tasks/<key:task>/", tasks.OneTask.as_view(), name="task"),
    path("v1/tasks/<key:task>/claim/", tasks.ClaimTask.as_view(), name="task-claim"),
    path("v1/tasks/<key:task>/release/", tasks.ReleaseTask.as_view(), name="task-release"),
    path("v1/tasks/<key:task>/assign/", tasks.AssignTask.as_view(), name="task-assign"),
    path("v1/tasks/<key:task>/delegate/", tasks.DelegateTask.as_view(), name="task-delegate"),
    path("v1/tasks/<key:task>/hand-back/", tasks.HandTaskBack.as_view(), name="task-hand-back"),
    path("v1/tasks/<key:task>/plan/", tasks.PlanTask.as_view(), name="task-plan"),
    path("v1/tasks/<key:task>/complete/", tasks.CompleteTask.as_view(), name="task-complete"),
    path("v1/tasks/<key:task>/submit/", tasks.SubmitTask.as_view(), name="task-submit"),
    path("v1/jobs/", jobs.Jobs.as_view(), name="jobs"),
    path("v1/jobs/fetch/", jobs.FetchJobs.as_view(), name="jobs-fetch"),
    path("v1/jobs/complete/", jobs.CompleteJobs.as_view(), name="jobs-complete"),
    path("v1/jobs/<key:job>/complete/", jobs.CompleteJob.as_view(), name="job-complete"),
    path("v1/jobs/<key:job>/fail/", jobs.FailJob.as_view(), name="job-fail"),
    path("v1/jobs/<key:job>/error/", jobs.ThrowJobError.as_view(), name="job-error"),
    path("v1/jobs/<key:job>/extend/", jobs.ExtendJob.as_view(), name="job-extend"),
    path("v1/jobs/<key:job>/unlock/", jobs.UnlockJob.as_view(), name="job-unlock"),
    path("v1/jobs/<key:job>/retries/", jobs.JobRetries.as_view(), name="job-retries"),
    path("v1/messages/", messages.Messages.as_view(), name="messages"),
    path("v1/signals/", messages.Signals.as_view(), name="signals"),
    path("v1/decisions/", decisions.Decisions.as_view(), name="decisions"),
    path("v1/decisions/<str:key>/", decisions.OneDecision.as_view(), name="decision"),
    path("v1/decisions/<str:key>/evaluate/", decisions.EvaluateDecision.as_view(), name="decision-evaluate"),
    path("v1/tokens/", tokens.Tokens.as_view(), name="tokens"),
    path("v1/tokens/<number:token>/", tokens.OneToken.as_view(), name="token"),
    path("v1/events/", inbound.Events.as_view(), name="events"),
    path("v1/event-mappings/", inbound.Mappings.as_view(), name="event-mappings"),
    path("v1/event-mappings/<number:mapping>/", inbound.OneMapping.as_view(), name="event-mapping"),
    path("v1/unmatched-events/", inbound.Unmatched.as_view(), name="unmatched-events"),
    path("v1/unmatched-events/<key:event>/", inbound.OneUnmatched.as_view(), name="unmatched-event"),
    path("v1/unmatched-events/<key:event>/retry/", inbound.RetryUnmatched.as_view(), name="unmatched-event-retry"),
    path("v1/webhooks/", webhooks.Webhooks.as_view(), name="webhooks"),
    path("v1/webhooks/<number:webhook>/", webhooks.OneWebhook.as_view(), name="webhook"),
    path("v1/webhooks/<number:webhook>/secret/", webhooks.RotateSecret.as_view(), name="webhook-secret"),
    path("v1/webhooks/<number:webhook>/test/", webhooks.TestWebhook.as_view(), name="webhook-test"),
    path("v1/webhooks/<number:webhook>/sendings/", webhooks.Sendings.as_view(), name="webhook-sendings"),
    path(
        "v1/webhooks/<number:webhook>/sendings/<key:sending>/again/",
        webhooks.SendAgain.as_view(),
        name="webhook-again",
    ),
    path("v1/feel/", decisions.Feel.as_view(), name="feel"),
    path("v1/designer/catalogue/", designing.Catalogue.as_view(), name="catalogue"),
    path("v1/designer/timer/", designing.Timers.as_view(), name="preview-timer"),
    path("v1/designer/retries/", designing.Retries.as_view(), name="preview-retries"),
    path("v1/designer/decision/", designing.TryDecision.as_view(), name="try-decision"),
    path("v1/designer/layout/", designing.Layout.as_view(), name="layout"),
    # Last: what is nowhere is said in the API's own words. With the slash, which Django adds where it is missing.
    re_path(r"^.*/$", nowhere.Nowhere.as_view()),
]
