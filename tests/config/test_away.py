"""A request that finds the database away is told to come again; a wrong statement is still a failure."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, connection
from django.test import Client
from pytest_django import Settings

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client() -> Client:
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "anything"
    return client


def refuse(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    raise OperationalError("server closed the connection unexpectedly")


def break_off(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    raise DatabaseError("could not send data to server") from psycopg.DatabaseError("could not send data to server")


def find_nothing(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    raise DatabaseError("Save with update_fields did not affect any rows.")


def misspell(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    return execute("SELECT nothing_of_this_name FROM nowhere", [], False, context)


def test_a_program_gets_a_problem_and_when_to_come_again(client: Client) -> None:
    with connection.execute_wrapper(refuse):
        answer = client.get("/api/v1/tasks/")
    assert (answer.status_code, answer["Retry-After"], answer.json()["code"]) == (503, "2", "database-away")


def test_a_client_of_camunda_7_reads_the_message_where_it_looks_for_it(client: Client) -> None:
    with connection.execute_wrapper(refuse):
        answer = client.get("/engine-rest/task")
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert "The database cannot be used at the moment" in answer.json()["message"]


@pytest.mark.parametrize("is_debugging", [False, True])
@pytest.mark.parametrize("address", ["/api/v1/tasks/", "/"])
def test_a_database_that_is_away_is_asked_once_and_not_again_for_the_answer(
    client: Client, settings: Settings, is_debugging: bool, address: str
) -> None:
    """Each question may wait its whole time-out."""
    settings.DEBUG = is_debugging
    asked: list[str] = []

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append(sql)
        raise OperationalError("the connection timed out")

    with connection.execute_wrapper(count):
        assert client.get(address).status_code == 503
    assert len(asked) == 1


def test_a_person_gets_a_page_that_needs_no_database(client: Client) -> None:
    with connection.execute_wrapper(refuse):
        answer = client.get("/")
    assert answer.status_code == 503
    assert "The database cannot be used at the moment" in answer.content.decode()


def test_a_connection_that_breaks_off_without_a_word_of_the_server_is_a_database_that_is_away(client: Client) -> None:
    with connection.execute_wrapper(break_off):
        assert client.get("/api/v1/tasks/").status_code == 503


def test_an_error_of_django_itself_is_a_failure_of_the_program(client: Client) -> None:
    with connection.execute_wrapper(find_nothing):
        assert client.get("/api/v1/tasks/").status_code == 500


def test_a_wrong_statement_is_a_failure_of_the_program(client: Client) -> None:
    with connection.execute_wrapper(misspell):
        assert client.get("/api/v1/tasks/").status_code == 500
