"""The template tags that join pages with the front end's build."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.template import Context, Template
from django.test import override_settings

MANIFEST = {
    "src/main.ts": {"file": "assets/main-11111111.js", "isEntry": True, "css": ["assets/main-22222222.css"]},
    "_viewer.js": {"file": "assets/viewer-33333333.js", "css": ["assets/viewer-44444444.css"]},
    "src/islands/instance.ts": {
        "file": "assets/instance-55555555.js",
        "imports": ["_viewer.js", "src/main.ts"],
        "isDynamicEntry": True,
    },
}


@pytest.fixture
def dist(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "manifest.json").write_text(json.dumps(MANIFEST))
    with override_settings(STATICFILES_DIRS=[tmp_path], STATIC_URL="/files/"):
        yield tmp_path


@pytest.fixture
def no_dist(tmp_path: Path) -> Iterator[None]:
    with override_settings(STATICFILES_DIRS=[tmp_path]):
        yield


def render(text: str, **context: object) -> str:
    return Template("{% load front_end %}" + text).render(Context(context))


def test_page_gets_the_hashed_script_and_styles(dist: Path) -> None:
    html = render("{% vite %}")
    assert '<script type="module" src="/files/assets/main-11111111.js"></script>' in html
    assert '<link rel="stylesheet" href="/files/assets/main-22222222.css">' in html


def test_island_fetches_its_own_files_early_and_the_entry_only_once(dist: Path) -> None:
    html = render('{% island "instance" props %}{% endisland %}', props={})
    assert '<link rel="stylesheet" href="/files/assets/viewer-44444444.css">' in html
    assert html.index("assets/viewer-33333333.js") < html.index("assets/instance-55555555.js")
    assert '"modulepreload" href="/files/assets/main' not in html


def test_island_keeps_its_frame_and_attributes(dist: Path) -> None:
    html = render('{% island "instance" props class="wide" %}<p>waiting</p>{% endisland %}', props={})
    assert '<div data-island="instance" class="wide">' in html
    assert "<p>waiting</p></div>" in html


def test_hostile_properties_stay_data(dist: Path) -> None:
    html = render('{% island "instance" props %}{% endisland %}', props={"name": "</script><script>alert(1)</script>"})
    assert "<script>alert" not in html
    assert html.count("</script>") == 1


def test_unknown_island_says_how_to_build(dist: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"no src/islands/nothing\.ts"):
        render('{% island "nothing" props %}{% endisland %}', props={})


def test_new_build_is_read_without_a_restart(dist: Path) -> None:
    render("{% vite %}")
    newer = {"src/main.ts": {"file": "assets/main-99999999.js", "isEntry": True}}
    (dist / "manifest.json").write_text(json.dumps(newer))
    assert "main-99999999.js" in render("{% vite %}")


def test_missing_build_says_how_to_make_one(no_dist: None) -> None:
    with pytest.raises(ImproperlyConfigured, match="make run"):
        render("{% vite %}")


def test_error_pages_need_no_build(no_dist: None) -> None:
    assert render("{% vite_styles %}") == ""


@pytest.mark.parametrize(
    ("status", "look", "words"),
    [("completed", "done", "Completed"), ("failed", "incident", "Failed"), ("waiting", "waiting", "Waiting")],
)
def test_state_is_a_colour_an_icon_and_a_word(status: str, look: str, words: str) -> None:
    html = render("{% state status %}", status=status)
    assert f'class="state state-{look}"' in html
    assert f"icons.svg#{look}" in html
    assert f"<span>{words}</span>" in html


def test_state_escapes_words() -> None:
    assert "<b>" not in render("{% state 'waiting' words %}", words="<b>")


def test_moment_carries_the_exact_time() -> None:
    at = datetime(2024, 5, 1, 12, 30, tzinfo=UTC)
    assert 'datetime="2024-05-01T12:30:00+00:00"' in render("{% moment at %}", at=at)
    assert render("{% moment at %}", at=None) == ""
