"""The mail connector: one message, under the same Message-ID at every attempt."""

from __future__ import annotations

from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import BadHeaderError, EmailMultiAlternatives
from django.core.validators import validate_email

from engine.service.jobs import LeasedJob
from engine.worker.connectors.registry import Connector, Input, Inputs, connector
from engine.worker.failures import PermanentError, TransientError
from engine.worker.results import Result

MOST_RECEIVERS = 50

MAIL = Connector(
    type="statewright:mail",
    name="E-mail",
    doc=(
        "Sends one message from the installation's own address. Every attempt has the same Message-ID, so that a "
        "mailbox can tell a double. A mail server that is away is asked again."
    ),
    inputs=(
        Input("to", "texts", "To", f"An address or a list of them, {MOST_RECEIVERS} at most with copies.", True),
        Input("cc", "texts", "Copy", "Addresses that get a copy.", default=[]),
        Input("bcc", "texts", "Hidden copy", "Addresses that the others do not see.", default=[]),
        Input("replyTo", "texts", "Reply to", "Where answers go.", default=[]),
        Input("subject", "text", "Subject", "One line.", is_required=True),
        Input("text", "text", "Text", "The message as plain text.", is_required=True),
    ),
    headers=(),
    outputs="",
)


@connector(MAIL, timeout=60.0)
def send(job: LeasedJob, inputs: Inputs) -> Result:
    receivers = {name: _addresses(inputs[name]) for name in ("to", "cc", "bcc", "replyTo")}
    if sum(len(receivers[name]) for name in ("to", "cc", "bcc")) > MOST_RECEIVERS:
        raise PermanentError(f"A message goes to {MOST_RECEIVERS} addresses at most.")
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "statewright"
    message = EmailMultiAlternatives(
        inputs["subject"], inputs["text"], None, receivers["to"], cc=receivers["cc"], bcc=receivers["bcc"],
        reply_to=receivers["replyTo"], headers={"Message-ID": f"<{job.idempotency_key}@{host}>"},
    )  # fmt: skip
    try:
        message.send()
    except BadHeaderError as error:
        raise PermanentError(f"The message cannot be sent as it is: {error}") from None
    except SMTPRecipientsRefused as error:
        raise PermanentError(f"No address was taken: {', '.join(error.recipients)}") from None
    except SMTPResponseException as error:
        kind: Any = TransientError if 400 <= error.smtp_code < 500 else PermanentError
        raise kind(f"The mail server answered {error.smtp_code}.") from None
    except (SMTPException, OSError) as error:
        raise TransientError(f"The mail server is away: {error}") from None
    return Result()


def _addresses(given: str | list[str]) -> list[str]:
    addresses = [one.strip() for one in ([given] if isinstance(given, str) else given)]
    for address in addresses:
        try:
            validate_email(address)
        except ValidationError:
            raise PermanentError(f"{address[:100]!r} is no address for mail.") from None
    return addresses
