"""Forms as the service gives and checks them: only their fields are written, files come from the store, markup is clean."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser
from django.core.files.base import ContentFile
from pytest_django.fixtures import Settings

from engine.core.model.problems import FormError
from engine.models import Document, WorkItem
from engine.service import deploying, documents, forms, instances, items, worklist
from engine.service.deploying import File
from engine.service.errors import Invalid, NotFound, ServiceError
from engine.service.form_html import clean_html
from tests.core.parse.texts import sequence
from tests.service.diagrams import deploy, item_of, make_person

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 a very short one"


@pytest.fixture(autouse=True)
def own_files(settings: Settings, tmp_path: Path) -> None:
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "files": backend}


def user_task(inner: str) -> str:
    return (
        '<userTask id="review" name="Review"><extensionElements>'
        f'<zeebe:assignmentDefinition candidateGroups="managers"/>{inner}</extensionElements></userTask>'
    )


def deploy_with_form(*components: dict[str, Any]) -> None:
    schema = json.dumps({"type": "default", "id": "f", "components": list(components)})
    diagram = sequence(user_task('<zeebe:formDefinition formId="f"/>'))
    deploying.deploy([File("p.bpmn", diagram.encode()), File("f.form", schema.encode())], None)


def waiting(text: str, **variables: Any) -> WorkItem:
    deploy(text)
    return worklist.complete_item(item_of(instances.start("p", None, variables=variables)))


def fields_of(error: pytest.ExceptionInfo[FormError]) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in error.value.problems]


def upload(actor: AbstractUser, name: str = "offer.pdf", content: bytes = PDF, accept: str = "") -> Document:
    return documents.keep(actor, name, ContentFile(content, name), accept=accept)


def test_a_task_without_a_form_gets_one_of_what_its_worker_may_see(manager: AbstractUser) -> None:
    item = waiting(sequence(user_task("")), amount=5, isUrgent=True, lines=[1])
    instance = {"amount": 5, "isUrgent": True, "lines": [1]}
    of_manager = forms.schema_of_task(manager, item, instance)
    assert [component["key"] for component in of_manager["components"]] == ["comment"]
    owner = make_person("owner", "owners", "managers")
    of_owner = forms.schema_of_task(owner, item, instance)
    assert [(one["key"], one["type"], one["label"]) for one in of_owner["components"]] == [
        ("amount", "number", "Amount"), ("isUrgent", "checkbox", "Is urgent"), ("comment", "textarea", "Comment"),
    ]  # fmt: skip
    with pytest.raises(FormError) as caught:
        forms.check_task(manager, item.pk, {"comment": "x", "amount": 0}, "")
    assert fields_of(caught) == [("amount", "unknown-field")]
    assert forms.check_task(owner, item.pk, {"comment": "x", "amount": "7"}, "") == {"comment": "x", "amount": 7}


def test_a_start_without_a_form_writes_nothing(clerk: AbstractUser) -> None:
    deploy(sequence(user_task("")))
    assert forms.check_start(clerk, "p", {}) == {}
    with pytest.raises(FormError) as caught:
        forms.check_start(clerk, "p", {"approved": True})
    assert fields_of(caught) == [("approved", "unknown-field")]


GENERATED = (
    "<camunda:formData>"
    '<camunda:formField id="count" label="How many" type="long" defaultValue="3">'
    '<camunda:validation><camunda:constraint name="min" config="1"/></camunda:validation></camunda:formField>'
    '<camunda:formField id="sure" label="Sure" type="boolean" defaultValue="true"/>'
    '<camunda:formField id="day" label="Day" type="date"/>'
    '<camunda:formField id="size" label="Size" type="enum"><camunda:value id="s" name="Small"/>'
    '<camunda:value id="l" name="Large"/></camunda:formField>'
    '<camunda:formField id="twice" label="Twice" type="long" defaultValue="${amount * 2}"/>'
    '<camunda:formField id="fixed" label="Fixed" type="string" defaultValue="a">'
    '<camunda:validation><camunda:constraint name="readonly"/></camunda:validation></camunda:formField>'
    "</camunda:formData>"
)


def test_generated_fields_of_camunda_7_are_shown_and_checked(manager: AbstractUser) -> None:
    task = '<userTask id="review" camunda:candidateGroups="managers"><extensionElements>'
    item = waiting(sequence(f"{task}{GENERATED}</extensionElements></userTask>"), amount=21)
    shown = {one["key"]: one for one in forms.schema_of_task(manager, item, {"amount": 21})["components"]}
    kinds = ["number", "checkbox", "datetime", "select", "number", "textfield"]
    assert [one["type"] for one in shown.values()] == kinds
    assert [shown[name].get("defaultValue") for name in ("count", "sure", "twice")] == [3, True, 42]
    assert (shown["count"]["validate"]["min"], shown["fixed"].get("readonly")) == (1, True)
    with pytest.raises(FormError) as caught:
        forms.check_task(manager, item.pk, {"count": 0, "size": "xl", "day": "soon", "fixed": "b"}, "")
    assert fields_of(caught) == [("count", "min"), ("day", "type"), ("size", "option"), ("fixed", "readonly")]
    values = {"count": "2", "size": "l", "day": "2030-01-31", "sure": False}
    assert forms.check_task(manager, item.pk, values, "") == {**values, "count": 2, "twice": 42}


def test_files_of_a_form_come_from_the_store_whatever_the_browser_says(
    manager: AbstractUser, clerk: AbstractUser
) -> None:
    deploy_with_form({"type": "filepicker", "key": "offer", "accept": ".pdf"})
    item = item_of(instances.start("p", None))
    own, foreign = upload(manager), upload(clerk, content=PDF + b"2")
    lie = {"id": str(own.pk), "name": "../../evil.pdf", "type": "text/html", "size": 1}
    checked = forms.check_task(manager, item.pk, {"offer": [lie]}, "")
    assert checked == {"offer": [{"id": str(own.pk), "name": "offer.pdf", "type": "application/pdf", "size": len(PDF)}]}
    for wrong in ([{"id": str(foreign.pk)}], [{"id": "no"}], "files::1", [1]):
        with pytest.raises(FormError) as caught:
            forms.check_task(manager, item.pk, {"offer": wrong}, "")
        assert fields_of(caught) == [("offer", "file")]
    instance = items.complete(item.pk, manager, checked)
    documents.claim_files(manager, forms.files_in(checked), instance)
    assert Document.objects.get(pk=own.pk).instance == instance


def test_a_file_is_read_by_who_sees_or_works_in_its_case_and_by_nobody_else(
    manager: AbstractUser, other_manager: AbstractUser, clerk: AbstractUser, operator: AbstractUser
) -> None:
    item = waiting(sequence(user_task("")))
    file = upload(manager)
    with pytest.raises(NotFound):
        documents.get_document(other_manager, file.pk)
    documents.attach(manager, item.pk, [file.pk])
    for person in (manager, other_manager, operator):
        with documents.open_document(documents.get_document(person, file.pk)) as stream:
            assert stream.read() == PDF
    with pytest.raises(NotFound):
        documents.get_document(clerk, file.pk)
    with pytest.raises(Invalid):
        documents.take_off(other_manager, file.pk)
    assert documents.take_off(manager, file.pk) == item.pk
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "accept", "code"),
    [
        ("empty.txt", b"", "", "file-empty"),
        ("setup.exe", b"MZ\x90", "", "file-refused"),
        ("holiday.pdf", b"MZ\x90", "", "file-refused"),
        ("holiday.png", b"<script>", "", "file-not-its-kind"),
        ("notes.txt", b"hello", ".pdf", "file-kind"),
        ("large.txt", b"x" * 2001, "", "file-too-large"),
    ],
)
def test_what_is_no_fit_file_is_refused(
    manager: AbstractUser, settings: Settings, name: str, content: bytes, accept: str, code: str
) -> None:
    settings.FILES_MOST_BYTES = 2000
    with pytest.raises(ServiceError) as caught:
        upload(manager, name, content, accept)
    assert caught.value.code == code
    assert not Document.objects.exists()


def test_equal_bytes_are_kept_once_and_go_with_the_last_who_needs_them(
    manager: AbstractUser, clerk: AbstractUser, tmp_path: Path
) -> None:
    item = waiting(sequence(user_task("")))
    first, second = upload(manager), upload(manager, "again.pdf")
    assert sum(path.is_file() for path in tmp_path.rglob("*")) == 1
    documents.attach(manager, item.pk, [first.pk, second.pk])
    documents.take_off(manager, first.pk)
    with documents.open_document(documents.get_document(manager, second.pk)) as stream:
        assert stream.read() == PDF
    documents.take_off(manager, second.pk)
    assert not any(path.is_file() for path in tmp_path.rglob("*"))


def test_markup_of_a_form_is_cleaned_and_its_templates_stay() -> None:
    dirty = (
        '<p onclick="x()">Dear {{if a > 3 then "you" else "me"}}</p><script>x()</script><a href="javascript:x()">a</a>'
    )
    assert clean_html(dirty) == ('<p>Dear {{if a > 3 then "you" else "me"}}</p><a rel="noopener noreferrer">a</a>')


def test_a_form_for_many_tasks_leaves_out_what_only_one_of_them_can_fill() -> None:
    components = [
        {"type": "text", "text": "Sum: {{total}}"},
        {"type": "text", "text": "= total * 2"},
        {"type": "text", "text": "Half of what you type: {{typed / 2}}"},
        {"type": "html", "content": "<b>Check it twice</b>"},
        {"type": "table", "dataSource": "=lines"},
        {"type": "number", "key": "total", "readonly": True},
        {"type": "number", "key": "typed"},
    ]
    left = forms.schema_for_many({"components": components})["components"]
    assert left == [components[2], components[3], components[6]]
