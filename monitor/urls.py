"""Routes of this room."""

from django.urls import path

from monitor import (
    actions,
    backfills,
    incidents,
    insights,
    instance_list,
    instance_page,
    metrics,
    operations,
    process_state,
)

app_name = "monitor"

urlpatterns = [
    path("instances/", instance_list.instance_list, name="instances"),
    path("instances/<int:instance>/", instance_page.instance_page, name="instance"),
    path("instances/<int:instance>/tabs/<slug:tab>/", instance_page.instance_tab, name="tab"),
    path("instances/<int:instance>/moments/", instance_page.instance_moments, name="moments"),
    path("instances/<int:instance>/cancel/", actions.cancel, name="cancel"),
    path("instances/<int:instance>/suspend/", actions.suspend, name="suspend"),
    path("instances/<int:instance>/resume/", actions.resume, name="resume"),
    path("instances/<int:instance>/variables/", actions.set_variable, name="set-variable"),
    path("processes/<str:key>/state/", process_state.process_state, name="process-state"),
    path("processes/<str:key>/runs/", backfills.runs_page, name="runs"),
    path("processes/<str:key>/backfill/", backfills.new_backfill, name="new-backfill"),
    path("processes/<str:key>/backfill/start/", backfills.start_backfill, name="start-backfill"),
    path("backfills/<int:backfill_id>/", backfills.backfill_page, name="backfill"),
    path("backfills/<int:backfill_id>/change/", backfills.change_backfill, name="change-backfill"),
    path("processes/<str:key>/suspend/", actions.suspend_process, name="suspend-process"),
    path("jobs/<int:job>/skip/", actions.skip, name="skip"),
    path("metrics", metrics.metrics, name="metrics"),
    path("operations/", operations.operations_page, name="operations"),
    path("operations/timers/<int:timer>/fire/", operations.fire_timer, name="fire-timer"),
    path("operations/breakers/reset/", operations.reset_breaker, name="reset-breaker"),
    path("operations/events/<int:event>/", operations.deal_with_event, name="event"),
    path("operations/webhooks/<int:webhook>/again/", operations.send_again, name="send-again"),
    path("insights/", insights.insights_page, name="insights"),
    path("incidents/", incidents.incident_list, name="incidents"),
    path("incidents/<int:incident>/", incidents.incident_group, name="incident"),
    path("incidents/<int:incident>/repair/", incidents.repair_group, name="repair-group"),
    path("repairs/<int:repair_id>/", incidents.repair_page, name="repair"),
    path("incidents/<int:incident>/retry/", actions.retry, name="retry"),
]
