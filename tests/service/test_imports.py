"""Files from elsewhere become drafts."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AbstractUser

from engine.models.drafts import Draft
from engine.service.errors import Forbidden
from engine.service.files import File
from engine.service.imports import import_files
from tests.core.parse.texts import sequence
from tests.service.diagrams import make_person

FORM = File("hello.form", b'{"id": "hello", "components": []}')


@pytest.fixture
def modeler(db: None) -> AbstractUser:
    return make_person("modeler", "modelers")


def diagram(key: str, more: str = "") -> File:
    return File(
        f"{key}.bpmn", sequence(f'<userTask id="a"/>{more}').replace('id="p"', f'id="{key}" name="A name"').encode()
    )


def test_each_diagram_is_a_draft_of_its_own(modeler: AbstractUser) -> None:
    done = import_files(modeler, [diagram("one"), diagram("two")])
    assert [(draft.key, draft.name) for draft in done.drafts] == [("one", "A name"), ("two", "A name")]
    assert done.problems == []


def test_a_form_comes_along_with_the_only_diagram(modeler: AbstractUser) -> None:
    import_files(modeler, [diagram("one"), FORM])
    assert Draft.objects.get(key="one").files == [{"name": "hello.form", "content": FORM.content.decode()}]


def test_of_several_diagrams_those_get_the_form_that_name_it(modeler: AbstractUser) -> None:
    named = diagram(
        "one",
        '<userTask id="b"><extensionElements><zeebe:formDefinition formId="hello"/></extensionElements></userTask>',
    )
    import_files(modeler, [named, diagram("two"), FORM])
    assert len(Draft.objects.get(key="one").files) == 1
    assert Draft.objects.get(key="two").files == []


def test_a_draft_that_is_there_is_not_written_over(modeler: AbstractUser) -> None:
    import_files(modeler, [diagram("one")])
    before = Draft.objects.get(key="one").xml
    done = import_files(modeler, [diagram("one", '<userTask id="c"/>'), diagram("two")])
    assert [draft.key for draft in done.drafts] == ["two"]
    assert "already" in done.problems[0]
    assert Draft.objects.get(key="one").xml == before


def test_what_is_no_diagram_is_named_and_the_rest_comes_in(modeler: AbstractUser) -> None:
    done = import_files(modeler, [File("notes.txt", b"hello"), diagram("one")])
    assert [draft.key for draft in done.drafts] == ["one"]
    assert done.problems[0].startswith("notes.txt: ")


def test_forms_alone_have_no_place(modeler: AbstractUser) -> None:
    assert "belong to a process" in import_files(modeler, [FORM]).problems[0]


def test_who_may_not_edit_imports_nothing(clerk: AbstractUser) -> None:
    with pytest.raises(Forbidden):
        import_files(clerk, [diagram("one")])
    assert not Draft.objects.exists()
