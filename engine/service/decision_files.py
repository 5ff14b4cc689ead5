"""Decision files of a deployment: checked together, since they may import one another, and stored as versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from django.db.models import Max

from engine.core.dmn import compile_decisions
from engine.core.feel import Allowance
from engine.core.model.decisions import DecisionModel
from engine.core.model.problems import DiagramError, Problem
from engine.core.model.words import say
from engine.models import DecisionVersion, DeployedFile, Deployment, ProcessVersion
from engine.service.expressions import expression_budget

Read = Sequence[tuple[str, DecisionModel]]  # the name of each file and what it holds
LONGEST = 255  # characters of an id, a name or a version tag: SQLite would keep more, PostgreSQL would not


def is_decision_file(name: str) -> bool:
    return name.lower().endswith((".dmn", ".dmn.xml"))


def check_decisions(files: Read, allowance: Allowance) -> dict[str, list[Problem]]:
    """The warnings of each file; DiagramError with everything that is wrong with the files together."""
    problems = [*_find_long_texts(files), *_find_twins(files)]
    found: Sequence[Sequence[Problem]] = ()
    try:
        models = [model for _, model in files]
        found = compile_decisions(models, budget=expression_budget(), allowance=allowance).warnings_by_model
    except DiagramError as error:
        problems += error.problems
    except RecursionError:
        message = say("Types or decisions of the file refer to one another too deep; flatten them.")
        problems.append(Problem("nested-too-deep", "", None, message))
    if problems:
        raise DiagramError(problems)
    return {name: list(own) for (name, _), own in zip(files, found, strict=True) if own}


def _find_long_texts(files: Read) -> Iterable[Problem]:
    for _, model in files:
        for decision in model.decisions:
            texts = {"id": decision.id, say("name"): decision.name, say("version tag"): decision.version_tag}
            for what, text in texts.items():
                if len(text or "") > LONGEST:
                    message = say(
                        "The %(what)s “%(text)s…” is longer than %(longest)s characters; shorten it.",
                        what=what,
                        text=text[:40],
                        longest=LONGEST,
                    )
                    yield Problem("text-too-long", decision.id[:LONGEST], decision.line, message)


def _find_twins(files: Read) -> Iterable[Problem]:
    """Decisions that two files define: a business rule task could mean either."""
    owners: dict[str, str] = {}
    for name, model in files:
        for decision in model.decisions:
            owner = owners.setdefault(decision.id, name)
            if owner != name:
                message = say(
                    "“%(owner)s” and “%(name)s” both define the decision “%(decision)s”; rename one.",
                    owner=owner,
                    name=name,
                    decision=decision.id,
                )
                yield Problem("duplicate-id", decision.id, decision.line, message)


def store_decisions(
    deployment: Deployment, files: Mapping[str, DeployedFile], read: Read, warnings: Mapping[str, list[Problem]]
) -> None:
    """The next version of each decision; if the whole deployment is what is there already, the versions stay."""
    if _is_nothing_new(deployment, files, read):
        return
    for name, model in read:
        for decision in model.decisions:
            last = DecisionVersion.objects.filter(key=decision.id).aggregate(last=Max("number"))["last"] or 0
            DecisionVersion.objects.create(
                key=decision.id,
                number=last + 1,
                name=decision.name or "",
                tag=decision.version_tag,
                warnings=[asdict(warning) for warning in warnings.get(name, ())],
                deployment=deployment,
                file=files[name],
            )


def _is_nothing_new(deployment: Deployment, files: Mapping[str, DeployedFile], read: Read) -> bool:
    """One changed file makes new versions of all: those that are bound to the deployment find their decision in it."""
    if ProcessVersion.objects.filter(deployment=deployment).exists():
        return False
    before: set[int] = set()
    for name, model in read:
        for decision in model.decisions:
            last = DecisionVersion.objects.filter(key=decision.id).select_related("file").order_by("-number").first()
            if last is None or last.file.checksum != files[name].checksum:
                return False
            before.add(last.deployment_id)
    return len(before) == 1 and _checksums(before.pop()) == {files[name].checksum for name, _ in read}


def _checksums(deployment: int) -> set[str]:
    files = DeployedFile.objects.filter(deployment=deployment)
    return {file.checksum for file in files.only("name", "checksum") if is_decision_file(file.name)}
