"""Routes of this room."""

from django.urls import URLPattern, URLResolver, include, path, re_path, register_converter
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


def folder(name: str, *routes: URLPattern) -> URLResolver:
    """An address is compared with the routes of its own folder only."""
    return path(f"{name}/", include(list(routes)))


register_converter(KeyConverter, "key")
register_converter(NumberConverter, "number")

# What programs call most comes first.
version_1 = [
    folder(
        "jobs",
        path("", jobs.Jobs.as_view(), name="jobs"),
        path("fetch/", jobs.FetchJobs.as_view(), name="jobs-fetch"),
        path("complete/", jobs.CompleteJobs.as_view(), name="jobs-complete"),
        path("<key:job>/complete/", jobs.CompleteJob.as_view(), name="job-complete"),
        path("<key:job>/fail/", jobs.FailJob.as_view(), name="job-fail"),
        path("<key:job>/error/", jobs.ThrowJobError.as_view(), name="job-error"),
        path("<key:job>/extend/", jobs.ExtendJob.as_view(), name="job-extend"),
        path("<key:job>/unlock/", jobs.UnlockJob.as_view(), name="job-unlock"),
        path("<key:job>/retries/", jobs.JobRetries.as_view(), name="job-retries"),
    ),
    folder(
        "tasks",
        path("", tasks.Tasks.as_view(), name="tasks"),
        path("<key:task>/", tasks.OneTask.as_view(), name="task"),
        path("<key:task>/claim/", tasks.ClaimTask.as_view(), name="task-claim"),
        path("<key:task>/release/", tasks.ReleaseTask.as_view(), name="task-release"),
        path("<key:task>/assign/", tasks.AssignTask.as_view(), name="task-assign"),
        path("<key:task>/delegate/", tasks.DelegateTask.as_view(), name="task-delegate"),
        path("<key:task>/hand-back/", tasks.HandTaskBack.as_view(), name="task-hand-back"),
        path("<key:task>/plan/", tasks.PlanTask.as_view(), name="task-plan"),
        path("<key:task>/complete/", tasks.CompleteTask.as_view(), name="task-complete"),
        path("<key:task>/submit/", tasks.SubmitTask.as_view(), name="task-submit"),
    ),
    folder(
        "instances",
        path("", instances.Instances.as_view(), name="instances"),
        path("bulk/", instances.StartMany.as_view(), name="instances-bulk"),
        path("<key:instance>/", instances.OneInstance.as_view(), name="instance"),
        path("<key:instance>/state/", instances.InstanceState.as_view(), name="instance-state"),
        path("<key:instance>/history/", instances.InstanceHistory.as_view(), name="instance-history"),
        path("<key:instance>/variables/", instances.InstanceVariables.as_view(), name="instance-variables"),
        path("<key:instance>/events/", events.InstanceEvents.as_view(), name="instance-events"),
        path("<key:instance>/cancel/", instances.CancelInstance.as_view(), name="instance-cancel"),
        path("<key:instance>/suspend/", instances.SuspendInstance.as_view(), name="instance-suspend"),
        path("<key:instance>/resume/", instances.ResumeInstance.as_view(), name="instance-resume"),
    ),
    path("messages/", messages.Messages.as_view(), name="messages"),
    path("signals/", messages.Signals.as_view(), name="signals"),
    path("events/", inbound.Events.as_view(), name="events"),
    folder(
        "processes",
        path("", processes.Processes.as_view(), name="processes"),
        path("<str:key>/", processes.OneProcess.as_view(), name="process"),
        path("<str:key>/versions/<number:number>/", processes.OneVersion.as_view(), name="version"),
        path("<str:key>/start/", processes.StartProcess.as_view(), name="process-start"),
        path("<str:key>/backfills/", backfills.Backfills.as_view(), name="backfills"),
        path("<str:key>/suspend/", processes.SuspendProcess.as_view(), name="process-suspend"),
        path("<str:key>/resume/", processes.ResumeProcess.as_view(), name="process-resume"),
    ),
    folder(
        "backfills",
        path("<number:backfill>/", backfills.OneBackfill.as_view(), name="backfill"),
        path("<number:backfill>/pause/", backfills.PauseBackfill.as_view(), name="backfill-pause"),
        path("<number:backfill>/resume/", backfills.ResumeBackfill.as_view(), name="backfill-resume"),
        path("<number:backfill>/cancel/", backfills.CancelBackfill.as_view(), name="backfill-cancel"),
        path("<number:backfill>/retry/", backfills.RetryBackfill.as_view(), name="backfill-retry"),
    ),
    path("deployments/", deployments.Deployments.as_view(), name="deployments"),
    path("check/", deployments.Check.as_view(), name="check"),
    folder(
        "drafts",
        path("", drafting.Drafts.as_view(), name="drafts"),
        path("<str:key>/", deployments.OneDraft.as_view(), name="draft"),
        path("<str:key>/history/", drafting.DraftHistory.as_view(), name="draft-history"),
        path("<str:key>/restore/", drafting.RestoreDraft.as_view(), name="draft-restore"),
        path("<str:key>/preview/", drafting.Preview.as_view(), name="draft-preview"),
        path("<str:key>/comparison/", drafting.Comparison.as_view(), name="draft-comparison"),
        path("<str:key>/states/<str:place>/", drafting.OnePlace.as_view(), name="draft-state"),
        path("<str:key>/scenarios/", trials.Scenarios.as_view(), name="scenarios"),
        path("<str:key>/scenarios/run/", trials.RunScenarios.as_view(), name="scenarios-run"),
        path("<str:key>/scenarios/<number:scenario>/", trials.OneScenario.as_view(), name="scenario"),
    ),
    path("simulate/", trials.Simulate.as_view(), name="simulate"),
    path("machines/", drafting.Machines.as_view(), name="machines"),
    folder(
        "incidents",
        path("", incidents.Incidents.as_view(), name="incidents"),
        path("<key:incident>/", incidents.OneIncident.as_view(), name="incident"),
        path("<key:incident>/retry/", incidents.RetryIncident.as_view(), name="incident-retry"),
    ),
    folder(
        "decisions",
        path("", decisions.Decisions.as_view(), name="decisions"),
        path("<str:key>/", decisions.OneDecision.as_view(), name="decision"),
        path("<str:key>/evaluate/", decisions.EvaluateDecision.as_view(), name="decision-evaluate"),
    ),
    folder(
        "tokens",
        path("", tokens.Tokens.as_view(), name="tokens"),
        path("<number:token>/", tokens.OneToken.as_view(), name="token"),
    ),
    folder(
        "event-mappings",
        path("", inbound.Mappings.as_view(), name="event-mappings"),
        path("<number:mapping>/", inbound.OneMapping.as_view(), name="event-mapping"),
    ),
    folder(
        "unmatched-events",
        path("", inbound.Unmatched.as_view(), name="unmatched-events"),
        path("<key:event>/", inbound.OneUnmatched.as_view(), name="unmatched-event"),
        path("<key:event>/retry/", inbound.RetryUnmatched.as_view(), name="unmatched-event-retry"),
    ),
    folder(
        "webhooks",
        path("", webhooks.Webhooks.as_view(), name="webhooks"),
        path("<number:webhook>/", webhooks.OneWebhook.as_view(), name="webhook"),
        path("<number:webhook>/secret/", webhooks.RotateSecret.as_view(), name="webhook-secret"),
        path("<number:webhook>/test/", webhooks.TestWebhook.as_view(), name="webhook-test"),
        path("<number:webhook>/sendings/", webhooks.Sendings.as_view(), name="webhook-sendings"),
        path("<number:webhook>/sendings/<key:sending>/again/", webhooks.SendAgain.as_view(), name="webhook-again"),
    ),
    path("feel/", decisions.Feel.as_view(), name="feel"),
    folder(
        "designer",
        path("catalogue/", designing.Catalogue.as_view(), name="catalogue"),
        path("timer/", designing.Timers.as_view(), name="preview-timer"),
        path("retries/", designing.Retries.as_view(), name="preview-retries"),
        path("decision/", designing.TryDecision.as_view(), name="try-decision"),
        path("layout/", designing.Layout.as_view(), name="layout"),
    ),
]

urlpatterns = [
    path("v1/", include(version_1)),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    # Last: what is nowhere is said in the API's own words. With the slash, which Django adds where it is missing.
    re_path(r"^.*/$", nowhere.Nowhere.as_view()),
]
