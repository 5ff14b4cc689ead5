"""The call activity: starts a process and waits for its end; finding and starting it is the shell's business."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.model.behaviour import Behaviour, Fault, Kit, Run
from engine.core.model.diagram import Called, Node, Process
from engine.core.model.effects import CancelCalled, StartInstance
from engine.core.model.encoding import encode, encode_mappings
from engine.core.model.graph import State
from engine.core.model.runtime import ROOT, Token


def _local_ones(called: Called) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, mappings in (("sends_local", called.inputs), ("returns_local", called.outputs)):
        local = [mapping.target for mapping in mappings if mapping.is_local]
        if local:
            found[name] = local
    if called.sends_all_local:
        found["sends_all_local"] = True
    if not called.sends_own:
        found["sends_own"] = False
    return found


class CallActivity:
    kind = "callActivity"

    def encode(self, node: Node, process: Process) -> dict[str, Any]:
        called = node.settings.called
        if called is None:
            return {"process": ["static", node.attributes.get("calledElement", "")]}
        return {
            "process": encode(called.process),
            "binding": called.binding,
            "version": encode(called.version) if called.version else ["static", called.version_tag],
            "sends_all": called.sends_all,
            "returns_all": called.returns_all,
            "business_key": encode(called.business_key),
            "sends": encode_mappings(called.inputs),
            "returns": encode_mappings(called.outputs),
            **_local_ones(called),
        }

    def prepare(self, state: State, kit: Kit) -> Behaviour:
        config = state.config
        process_of = kit.text(config["process"])
        version_of = kit.text(config.get("version"))
        key_of = kit.text(config.get("business_key"))
        sends = [(target, kit.value(source)) for target, source in config.get("sends", ())]
        returns = [(target, kit.value(source)) for target, source in config.get("returns", ())]
        # camunda: what is local reads and writes the variables of the activity alone
        sends_local, returns_local = set(config.get("sends_local", ())), set(config.get("returns_local", ()))
        sends_own = config.get("sends_own", True) or config.get("sends_all_local", False)
        outputs_choose = bool(config.get("outputs")) and not config.get("keeps_results")
        sends_all, returns_all = config.get("sends_all", True), config.get("returns_all", True)

        def enter(run: Run, token: Token) -> None:
            process = process_of(run, token)
            if not process:
                raise Fault("called-missing", "The call activity names no process to call.")
            is_all = sends_all and not config.get("sends_all_local")
            mine = token.variables or {}
            variables = dict(run.view(token)) if is_all else dict(mine) if sends_own else {}
            own = Token(ROOT, token.state, variables=dict(mine))  # sees nothing around it
            for target, value in sends:
                variables[target] = value(run, own if target in sends_local else token)
            run.open(
                StartInstance(
                    token=token.id,
                    node=state.node,
                    process=process,
                    binding=config.get("binding", "latest"),
                    version=version_of(run, token) or "",
                    variables=variables,
                    business_key=key_of(run, token),
                )
            )

        def take(run: Run, token: Token, data: Mapping[str, Any]) -> None:
            """The child's variables come back: all of them, or those that the mappings name."""
            variables = dict(data.get("variables") or {})
            result = variables if returns_all or outputs_choose else {}
            if returns:
                kept = token.variables
                token.variables = {**(kept or {}), **variables}
                try:
                    given = {target: value(run, token) for target, value in returns}
                finally:
                    token.variables = kept
                for name in returns_local & given.keys():
                    run.put(token, name, given.pop(name))
                result = result | given
            run.remember(token)["is_over"] = True
            run.finish(token, result)

        def leave(run: Run, token: Token) -> None:
            if not (token.data or {}).get("is_over"):
                run.open(CancelCalled(token.id))

        return Behaviour(enter=enter, wait="call", take=take, leave=leave)
