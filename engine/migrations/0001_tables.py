"""Every table of the engine. Columns stand in the order that wastes no padding on PostgreSQL, the widest first."""

from typing import Any

import django.db.models.deletion
import engine.models.fields
from django.conf import settings
from django.db import migrations, models


GROWING_KEYS = ("instance", "token", "step", "workitem")


def prepare_postgresql(apps: Any, schema_editor: Any) -> None:
    """The sequence of instance ids (SQLite has engine_counter), and full pages for keys that only rise."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE SEQUENCE engine_instance_block")
        for name in GROWING_KEYS:
            schema_editor.execute(f"ALTER INDEX engine_{name}_pkey SET (fillfactor = 100)")


def drop_sequence(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP SEQUENCE engine_instance_block")


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Audience",
            fields=[
                ("id", models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ("users", models.JSONField()),
                ("groups", models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name="Counter",
            fields=[
                ("name", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("value", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Deployment",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(blank=True, max_length=255)),
                ("note", models.TextField(blank=True)),
                ("actor", models.CharField(blank=True, max_length=150)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Process",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=255, unique=True)),
                ("name", models.CharField(blank=True, max_length=255)),
                ("is_suspended", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name_plural": "processes",
            },
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                ("id", models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("sequence", models.IntegerField()),
                ("log", engine.models.fields.LogText()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AudienceMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("audience", models.BigIntegerField()),
                ("name", models.CharField(max_length=255)),
                ("is_group", models.BooleanField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("name", "is_group", "audience"), name="engine_audience_member")
                ],
            },
        ),
        migrations.CreateModel(
            name="BufferedMessage",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("expires_at", models.DateTimeField()),
                ("name", models.CharField(max_length=255)),
                ("key", models.CharField(max_length=255, null=True)),
                ("message_id", models.CharField(max_length=255, null=True)),
                ("variables", engine.models.fields.JSONText(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["name", "key"], name="engine_buffered_name"),
                    models.Index(fields=["expires_at"], name="engine_buffered_expiry"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("message_id__isnull", False)),
                        fields=("name", "key", "message_id"),
                        name="engine_buffered_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("instance", models.BigIntegerField()),
                ("not_before", models.DateTimeField()),
                ("token", models.IntegerField()),
                ("attempts", models.SmallIntegerField(default=0)),
                ("is_held", models.BooleanField(default=False)),
                ("trigger", models.CharField(max_length=300)),
                ("actor", models.CharField(blank=True, max_length=150)),
                ("data", engine.models.fields.JSONText(null=True)),
            ],
            options={
                "verbose_name_plural": "deliveries",
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_held", False)), fields=["not_before"], name="engine_delivery_due"
                    ),
                    models.Index(fields=["instance"], name="engine_delivery_instance"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeployedFile",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=255)),
                ("checksum", models.CharField(max_length=64)),
                ("content", models.BinaryField()),
                (
                    "deployment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="engine.deployment"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DecisionVersion",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=255)),
                ("number", models.PositiveIntegerField()),
                ("tag", models.CharField(blank=True, max_length=255)),
                ("name", models.CharField(blank=True, max_length=255)),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="engine.deployedfile"
                    ),
                ),
                (
                    "deployment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="engine.deployment"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=255, unique=True)),
                ("name", models.CharField(blank=True, max_length=255)),
                ("xml", models.TextField()),
                ("revision", models.PositiveIntegerField(default=1)),
                ("saved_at", models.DateTimeField()),
                (
                    "saved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FormVersion",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=255)),
                ("number", models.PositiveIntegerField()),
                ("schema", models.JSONField()),
                (
                    "deployment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="forms", to="engine.deployment"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="InboundEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("received_at", models.DateTimeField()),
                ("source", models.CharField(max_length=255)),
                ("event", models.CharField(max_length=255)),
                ("instance", models.BigIntegerField(null=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("source", "event"), name="engine_event_once")],
            },
        ),
        migrations.CreateModel(
            name="Outbox",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("instance", models.BigIntegerField(null=True)),
                ("created_at", models.DateTimeField()),
                ("available_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("attempts", models.SmallIntegerField(default=0)),
                ("kind", models.CharField(max_length=255)),
                ("error", models.TextField(blank=True)),
                ("payload", engine.models.fields.JSONText()),
            ],
            options={
                "verbose_name_plural": "outbox",
                "indexes": [
                    models.Index(
                        condition=models.Q(("available_at__isnull", False)),
                        fields=["available_at"],
                        name="engine_outbox_due",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProcessRight",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("may_start", models.BooleanField(default=False)),
                ("may_see", models.BooleanField(default=False)),
                ("may_work", models.BooleanField(default=False)),
                ("may_operate", models.BooleanField(default=False)),
                ("may_edit", models.BooleanField(default=False)),
                (
                    "group",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="auth.group"),
                ),
                (
                    "process",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rights", to="engine.process"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ProcessVersion",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("tag", models.CharField(blank=True, max_length=255)),
                ("name", models.CharField(blank=True, max_length=255)),
                ("checksum", models.CharField(max_length=64)),
                ("warnings", models.JSONField(default=list)),
                ("created_at", models.DateTimeField()),
                (
                    "deployment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="engine.deployment"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="engine.deployedfile"
                    ),
                ),
                (
                    "process",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="engine.process"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ProcessStart",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("message", "Message"), ("signal", "Signal"), ("timer", "Timer")], max_length=8
                    ),
                ),
                ("node", models.CharField(max_length=255)),
                ("name", models.CharField(blank=True, max_length=255)),
                ("due", models.DateTimeField(null=True)),
                ("remaining", models.IntegerField(default=0)),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="starts", to="engine.processversion"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="process",
            name="latest",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="engine.processversion"
            ),
        ),
        migrations.CreateModel(
            name="Instance",
            fields=[
                ("id", models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ("started_at", models.DateTimeField()),
                ("parent", models.BigIntegerField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "version",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="instances",
                        to="engine.processversion",
                    ),
                ),
                ("revision", models.IntegerField()),
                ("sequence", models.IntegerField()),
                ("tokens_made", models.IntegerField()),
                ("waits_made", models.IntegerField()),
                (
                    "status",
                    models.SmallIntegerField(
                        choices=[
                            (0, "active"),
                            (1, "completed"),
                            (2, "terminated"),
                            (3, "cancelled"),
                            (4, "failed"),
                            (5, "suspended"),
                        ]
                    ),
                ),
                ("depth", models.SmallIntegerField(default=0)),
                ("business_key", models.CharField(blank=True, max_length=255)),
                ("error", models.CharField(max_length=255, null=True)),
                ("variables", engine.models.fields.JSONText()),
                ("data", engine.models.fields.JSONText(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="State",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("position", models.PositiveIntegerField()),
                ("key", models.CharField(max_length=255)),
                ("kind", models.CharField(max_length=64)),
                ("node", models.CharField(max_length=255)),
                ("scope", models.CharField(max_length=255)),
                ("name", models.CharField(blank=True, max_length=1000)),
                ("config", models.JSONField(default=dict)),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="states", to="engine.processversion"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ("available_at", models.DateTimeField(null=True)),
                ("token", models.IntegerField()),
                (
                    "state",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="engine.state",
                    ),
                ),
                ("priority", models.IntegerField(default=0)),
                ("kind", models.SmallIntegerField(choices=[(0, "job"), (1, "async"), (2, "listener")])),
                ("retries", models.SmallIntegerField()),
                ("attempts", models.SmallIntegerField(default=0)),
                ("lapses", models.SmallIntegerField(default=0)),
                ("trigger", models.CharField(max_length=300)),
                ("type", models.CharField(max_length=255)),
                ("owner", models.CharField(max_length=255, null=True)),
                ("retry_cycle", models.CharField(blank=True, max_length=255)),
                ("headers", engine.models.fields.JSONText(null=True)),
                ("script", models.TextField(null=True)),
                ("failures", engine.models.fields.JSONText(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Incident",
            fields=[
                ("id", models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("job", models.BigIntegerField(null=True)),
                ("token", models.IntegerField()),
                (
                    "state",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="engine.state",
                    ),
                ),
                ("status", models.SmallIntegerField(choices=[(0, "open"), (1, "resolved"), (2, "obsolete")])),
                ("trigger", models.CharField(max_length=300)),
                ("node", models.CharField(blank=True, max_length=255)),
                ("code", models.CharField(max_length=255)),
                ("message", models.TextField()),
                ("closed_by", models.CharField(max_length=150, null=True)),
                ("data", engine.models.fields.JSONText(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ("token", models.IntegerField()),
                (
                    "state",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="engine.state",
                    ),
                ),
                ("kind", models.SmallIntegerField(choices=[(0, "message"), (1, "signal")])),
                ("trigger", models.CharField(max_length=300)),
                ("name", models.CharField(max_length=255)),
                ("key", models.CharField(max_length=255, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Timer",
            fields=[
                ("id", models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ("due", models.DateTimeField()),
                ("token", models.IntegerField()),
                (
                    "state",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="engine.state",
                    ),
                ),
                ("remaining", models.IntegerField(default=0)),
                ("is_held", models.BooleanField(default=False)),
                ("trigger", models.CharField(max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="Token",
            fields=[
                ("id", models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                (
                    "state",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="engine.state",
                    ),
                ),
                ("scope", models.IntegerField()),
                ("loop_index", models.IntegerField(null=True)),
                ("flow", models.IntegerField(null=True)),
                ("variables", engine.models.fields.JSONText(null=True)),
                ("data", engine.models.fields.JSONText(null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Transition",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("trigger", models.CharField(max_length=300)),
                ("flow", models.CharField(blank=True, max_length=255)),
                ("guard_language", models.CharField(blank=True, max_length=16)),
                ("guard_text", models.TextField(blank=True)),
                ("position", models.IntegerField()),
                ("is_default", models.BooleanField(default=False)),
                ("is_inside", models.BooleanField(default=False)),
                ("clears", models.BooleanField(default=False)),
                ("config", models.JSONField(default=dict)),
                (
                    "born",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="engine.state"
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="leaving", to="engine.state"
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="arriving",
                        to="engine.state",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="transitions",
                        to="engine.processversion",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WorkItem",
            fields=[
                ("id", models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ("audience", models.BigIntegerField(null=True)),
                ("due", models.DateTimeField(null=True)),
                ("follow_up", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("token", models.IntegerField()),
                (
                    "state",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="engine.state",
                    ),
                ),
                ("priority", models.SmallIntegerField()),
                ("status", models.SmallIntegerField(choices=[(0, "open"), (1, "done"), (2, "cancelled")])),
                ("assignee", models.CharField(max_length=150, null=True)),
                ("ended_by", models.CharField(max_length=150, null=True)),
                ("name", models.CharField(max_length=1000, null=True)),
                ("form", engine.models.fields.JSONText(null=True)),
                ("config", engine.models.fields.JSONText(null=True)),
            ],
        ),
        migrations.AddConstraint(
            model_name="deployedfile",
            constraint=models.UniqueConstraint(fields=("deployment", "name"), name="engine_file_name"),
        ),
        migrations.AddConstraint(
            model_name="decisionversion",
            constraint=models.UniqueConstraint(fields=("key", "number"), name="engine_decision_number"),
        ),
        migrations.AddConstraint(
            model_name="formversion",
            constraint=models.UniqueConstraint(fields=("key", "number"), name="engine_form_number"),
        ),
        migrations.AddConstraint(
            model_name="processright",
            constraint=models.UniqueConstraint(fields=("process", "group"), name="engine_right_group"),
        ),
        migrations.AddConstraint(
            model_name="processversion",
            constraint=models.UniqueConstraint(fields=("process", "number"), name="engine_version_number"),
        ),
        migrations.AddIndex(
            model_name="processstart",
            index=models.Index(fields=["kind", "name"], name="engine_start_name"),
        ),
        migrations.AddIndex(
            model_name="processstart",
            index=models.Index(condition=models.Q(("due__isnull", False)), fields=["due"], name="engine_start_due"),
        ),
        migrations.AddIndex(
            model_name="instance",
            index=models.Index(fields=["version", "status"], name="engine_instance_version"),
        ),
        migrations.AddIndex(
            model_name="instance",
            index=models.Index(
                condition=models.Q(("business_key", ""), _negated=True),
                fields=["business_key"],
                name="engine_instance_business",
            ),
        ),
        migrations.AddIndex(
            model_name="instance",
            index=models.Index(
                condition=models.Q(("parent__isnull", False)), fields=["parent"], name="engine_instance_parent"
            ),
        ),
        migrations.AddConstraint(
            model_name="state",
            constraint=models.UniqueConstraint(fields=("version", "key"), name="engine_state_key"),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(("available_at__isnull", False)),
                fields=["type", "available_at"],
                name="engine_job_available",
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(condition=models.Q(("status", 0)), fields=["id"], name="engine_incident_open"),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(fields=["name", "key"], name="engine_subscription_name"),
        ),
        migrations.AddIndex(
            model_name="timer",
            index=models.Index(condition=models.Q(("is_held", False)), fields=["due"], name="engine_timer_due"),
        ),
        migrations.AddConstraint(
            model_name="transition",
            constraint=models.UniqueConstraint(fields=("version", "number"), name="engine_transition_number"),
        ),
        migrations.AddIndex(
            model_name="workitem",
            index=models.Index(condition=models.Q(("status", 0)), fields=["audience"], name="engine_item_audience"),
        ),
        migrations.AddIndex(
            model_name="workitem",
            index=models.Index(
                condition=models.Q(("due__isnull", False), ("status", 0)),
                fields=["audience", "due", "id"],
                name="engine_item_due",
            ),
        ),
        migrations.AddIndex(
            model_name="workitem",
            index=models.Index(
                condition=models.Q(("assignee__isnull", False)),
                fields=["assignee", "status", "id"],
                name="engine_item_assignee",
            ),
        ),
        migrations.RunPython(prepare_postgresql, drop_sequence),
    ]
