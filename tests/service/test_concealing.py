"""Which of the installation's secrets are taken out of texts, and which words stay."""

from __future__ import annotations

import pytest

from engine.service.concealing import conceal


@pytest.mark.parametrize(
    ("name", "value", "text", "said"),
    [
        ("CONNECTOR_SECRET_SHOP", "marker-7f3a", "token marker-7f3a, again marker-7f3a", "token •••, again •••"),
        ("CONNECTOR_SECRET_SHOP_HOSTS", "shop.example", "shop.example is away", "shop.example is away"),
        ("CONNECTOR_SECRET_SHOP", "abc", "the first of abcdef", "the first of abcdef"),
        ("EMAIL_HOST_PASSWORD", "letmein-42", "refused letmein-42", "refused •••"),
        ("BROKER_URL", "amqp://flow:p%40ss-word@mq:5672//", "p%40ss-word or p@ss-word", "••• or •••"),
        ("BROKER_URL", "amqp://flow:[", "nothing to read", "nothing to read"),
        ("DATABASE_URL", "postgres://postgres:postgres@db/flows", "postgres is away", "postgres is away"),
    ],
)
def test_secrets_are_taken_out_and_other_words_stay(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, text: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    assert conceal(text) == said


def test_the_longer_one_of_two_that_begin_alike_is_taken_out_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_SECRET_A", "marker")
    monkeypatch.setenv("CONNECTOR_SECRET_B", "marker-of-b")
    assert conceal("marker-of-b, marker") == "•••, •••"
