"""The sequence that hands out blocks of instance ids; SQLite has a row in engine_counter instead."""

from typing import Any

from django.db import migrations


def create_sequence(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE SEQUENCE engine_instance_block")


def drop_sequence(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP SEQUENCE engine_instance_block")


class Migration(migrations.Migration):
    dependencies = (("engine", "0001_initial"),)
    operations = (migrations.RunPython(create_sequence, drop_sequence),)
