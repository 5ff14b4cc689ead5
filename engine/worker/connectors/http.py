"""The HTTP connector: one request, its answer as JSON; through the installation's one client."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from engine.core.model.digits import read_whole
from engine.service import breakers, outgoing
from engine.service.jobs import LeasedJob
from engine.worker.connectors import output
from engine.worker.connectors.registry import Connector, Input, Inputs, connector
from engine.worker.connectors.secrets import Secrets
from engine.worker.failures import PermanentError, TransientError
from engine.worker.results import Later, Result

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
MOST_SECONDS = 60.0
# Answers after which the same request may be taken another time.
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
LONGEST_RETRY_AFTER = 3600.0
MOST_MESSAGE = 500

HEADERS = Input("headers", "context", "Headers", "A text for each name; secrets may stand in them.", default={})
AUTHENTICATION = Input(
    "authentication",
    "context",
    "Authentication",
    '`{type: "basic", username, password}`, `{type: "bearer", token}` or '
    '`{type: "apiKey", name, value, in: "header" or "query"}`; write `secrets.NAME` for what is secret.',
    default={},
)

HTTP = Connector(
    type="statewright:http",
    name="HTTP request",
    doc=(
        "Sends a request and reads the answer, as JSON where it is JSON. Every attempt carries the same idempotency "
        "key. 408, 425, 429 and 5xx are tried again, as `Retry-After` says if it is there; other answers of 400 and "
        "above are an incident, unless the error expression makes them a BPMN error. Redirects are not followed. A "
        "host that fails five times in a row rests, longer each time: its jobs wait and lose no attempts, those of "
        "other hosts go on."
    ),
    inputs=(
        Input("method", "text", "Method", "What is done.", default="GET", choices=METHODS),
        Input("url", "text", "URL", "Where to, with http or https.", is_required=True),
        Input("queryParameters", "context", "Query parameters", "Added to the URL.", default={}),
        HEADERS,
        Input("body", "any", "Body", "Sent as JSON; a text is sent as it is."),
        AUTHENTICATION,
        Input("timeout", "number", "Timeout", f"Seconds, {MOST_SECONDS:g} at most.", default=10),
        Input(
            "idempotencyHeader",
            "text",
            "Idempotency header",
            "The header that carries the key.",
            default="Idempotency-Key",
        ),
    ),
    headers=output.HEADERS,
    outputs="`response`: `status`, `headers` and `body`",
    aliases=("io.camunda:http-json:1",),
)


@connector(HTTP, timeout=MOST_SECONDS + 10, rests=False)
def request(job: LeasedJob, inputs: Inputs) -> Result | Later:
    target = outgoing.check_url(inputs["url"])
    host = target.netloc.decode("ascii")
    breaker = breakers.name_host(host)
    seconds = breakers.ask_leave(breaker)
    if seconds:
        return Later(seconds, {"waits for": f"{host}, which rests because it failed again and again"})
    secrets = Secrets(target.host)
    try:
        return _request(job, inputs, target, secrets, breaker)
    except (outgoing.Refused, outgoing.Unreachable, PermanentError) as error:
        raise type(error)(secrets.hide(str(error))) from None


def _request(job: LeasedJob, inputs: Inputs, target: httpx.URL, secrets: Secrets, breaker: str) -> Result:
    try:
        answer, response = ask(job, inputs, target, secrets)
    except outgoing.Unreachable:
        breakers.record([(breaker, False)])
        raise
    breakers.record([(breaker, answer.status not in AGAIN)])
    found = {**job.variables, "response": response}
    output.throw_error(job.headers, found)
    if answer.status >= 300:
        _refuse(answer, response["body"])
    return Result(output.make_variables(job.headers, found, response))


def ask(job: LeasedJob, inputs: Inputs, target: httpx.URL, secrets: Secrets) -> tuple[outgoing.Answer, dict[str, Any]]:
    """One request as the inputs have it; its answer, and the answer as variables hold it, without secrets."""
    headers = {str(name): str(secrets.fill(value)) for name, value in inputs["headers"].items()}
    query = {**inputs["queryParameters"]}
    _authenticate(secrets.fill(inputs["authentication"]), headers, query)
    known = {name.lower() for name in headers}
    content = b""
    if inputs["body"] is not None:
        is_text = isinstance(inputs["body"], str)
        content = (inputs["body"] if is_text else json.dumps(inputs["body"], ensure_ascii=False)).encode()
        if "content-type" not in known:
            headers["Content-Type"] = "text/plain; charset=utf-8" if is_text else "application/json"
    if inputs["idempotencyHeader"].lower() not in known:
        headers[inputs["idempotencyHeader"]] = job.idempotency_key
    if "accept" not in known:
        headers["Accept"] = "application/json, */*;q=0.5"
    url = str(target.copy_merge_params(query) if query else target)
    seconds = min(max(float(inputs["timeout"]), 0.1), MOST_SECONDS)
    answer = outgoing.send(inputs["method"], url, headers=headers, content=content, seconds=seconds)
    return answer, secrets.hide({"status": answer.status, "headers": dict(answer.headers), "body": _read_body(answer)})


def _authenticate(given: dict[str, Any], headers: dict[str, str], query: dict[str, Any]) -> None:
    kind = str(given.get("type", "none"))
    if kind == "basic":
        pair = f"{given.get('username', '')}:{given.get('password', '')}".encode()
        headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
    elif kind == "bearer":
        headers["Authorization"] = f"Bearer {given.get('token', '')}"
    elif kind == "apiKey":
        place: dict[str, Any] = query if given.get("in") == "query" else headers
        place[str(given.get("name") or "X-API-Key")] = str(given.get("value", ""))
    elif kind not in ("none", "noAuth"):
        raise PermanentError(f"“authentication” has the type {kind!r}: write basic, bearer or apiKey.")


def _read_body(answer: outgoing.Answer) -> Any:
    if not answer.body:
        return None
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    text = answer.body.decode("utf-8", "replace").replace("\0", "�")
    if kind.endswith(("/json", "+json")):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise PermanentError("The answer says that it is JSON, and is not.") from None
    return text


def _refuse(answer: outgoing.Answer, body: Any) -> None:
    detail = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    message = f"The answer was {answer.status}: {detail[:MOST_MESSAGE]}" if body else f"The answer was {answer.status}."
    if answer.status in AGAIN:
        raise TransientError(message, _retry_after(answer.headers.get("retry-after", "")))
    if answer.status < 400:
        message = f"The answer was {answer.status}, a redirect: redirects are not followed."
    raise PermanentError(message)


def _retry_after(text: str) -> float | None:
    """In seconds, or until an instant."""
    try:
        seconds: float | None = read_whole(text)
        if seconds is None:
            seconds = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER)
