"""What the readers of one file share: its root elements, the ids given so far and the problems found."""

from __future__ import annotations

from typing import Final, Literal

from lxml.etree import _Element

from engine.core.model.codes import problem
from engine.core.model.diagram import Definition, Diagram, Flow, Node, Process, Settings
from engine.core.model.words import say
from engine.core.parse.names import BPMN, CAMUNDA_FAMILY, EVENT_DEFINITIONS, KNOWN, MODELER, ZEEBE, local, reference
from engine.core.parse.pieces import Pieces
from engine.core.parse.tree import line_of, name_of

# Nodes about which no dialect says anything share this one; `own_settings` gives a node its own to write in.
PLAIN: Final = Settings()


Dialect = Literal["plain", "zeebe", "camunda"]


def dialect_of(root: _Element, pieces: Pieces | None) -> Dialect:
    """Whose words the file speaks: as the modeller says, else by the namespaces it declares."""
    platform = root.get(f"{{{MODELER}}}executionPlatform", "")
    if platform:
        return "zeebe" if platform == "Camunda Cloud" else "camunda"
    declared = {str(uri) for uri in root.nsmap.values()}
    is_zeebe, is_camunda = ZEEBE in declared, not declared.isdisjoint(CAMUNDA_FAMILY)
    if is_zeebe and is_camunda:
        own = [prefix or "" for prefix, uri in root.nsmap.items() if uri == ZEEBE]
        is_zeebe = next(root.iter(f"{{{ZEEBE}}}*"), None) is not None
        return "zeebe" if is_zeebe or (pieces is not None and any(map(pieces.holds, own))) else "camunda"
    return "zeebe" if is_zeebe else "camunda" if is_camunda else "plain"


class Context:
    """One reading of one file."""

    __slots__ = (
        "_taken",
        "associations",
        "diagram",
        "diagram_root",
        "dialect",
        "flows",
        "forms",
        "generated",
        "late",
        "names",
        "nested",
        "nodes",
        "pieces",
        "pools",
        "references",
        "roots",
        "seen",
        "subscriptions",
        "unconnected",
        "used",
    )  # fmt: skip

    def __init__(self, root: _Element, pieces: Pieces | None = None) -> None:
        self.diagram = Diagram()
        self.pieces = pieces  # in which the content of the only process comes, where it is not in the tree
        self.diagram_root = root
        self.roots: dict[str, _Element] = {}  # what processes refer to: messages, errors, operations, …
        self.seen: set[str] = set()  # the ids given so far, without those of `nodes` and `flows`
        self.nodes: dict[str, Node] = {}  # of the process being read
        self.flows: dict[str, Flow] = {}
        self.generated: list[tuple[_Element, str]] = []  # elements without an id, and the one they got
        self.used: set[str] = set()  # dialects that the file has made use of
        self.forms: dict[str, str] = {}  # zeebe: embedded forms of the process being read
        self.names: dict[str, str] = {}  # id of a data object, input, output or property → its variable
        self.references: list[tuple[str, str, str]] = []  # data object references: id, object, name
        self.late: list[Node] = []  # nodes whose references to data wait for the end of the process
        self.unconnected: list[Flow] = []  # sequence flows whose nodes are told of them at the end of the process
        self.associations: list[tuple[str, str]] = []
        self.subscriptions: list[_Element] = []  # correlation subscriptions of the process being read
        self.pools: dict[str, str] = {}  # participant → its name
        self.dialect = dialect_of(root, pieces)
        self.nested: dict[str, _Element] | None = None  # event definitions inside events, once they are asked for
        self._taken: set[str] | None = None
        self.diagram.id = root.get("id", "")

    def enter(self, process: Process) -> None:
        """This process is read from now on."""
        self.leave()
        self.nodes, self.flows = process.nodes, process.flows
        self.forms.clear()
        self.late.clear()
        self.unconnected.clear()

    def leave(self) -> None:
        """No process is read from now on, or another one."""
        self.seen.update(self.nodes, self.flows)
        self.nodes, self.flows = {}, {}

    def knows(self, name: str) -> bool:
        """Whether an element read so far has the id."""
        return name in self.seen or name in self.nodes or name in self.flows

    @property
    def looks_at_all(self) -> bool:
        """Whether something depends on the whole tree: ids that were given, which must be none that the drawing has,
        and definitions inside of events elsewhere."""
        return self._taken is not None or (self.pieces is not None and self.nested is not None)

    def problem(self, code: str, node: str, element: _Element, message: str) -> None:
        """Note a problem at the element; reading goes on."""
        self.diagram.problems.append(problem(code, node, line_of(element), message))

    def declare(self, element: _Element, base: str = "") -> str:
        """The id of an element that others may refer to: unique, and generated from `base` where missing.

        Without `base` a missing id is a problem: nothing could point to the element.
        """
        name = element.get("id")
        if not name:
            kind = local(str(element.tag))
            if not base:
                message = say("A %(kind)s has no id; give it one.", kind=kind)
                self.problem("missing-id", "", element, message)
            name = self.name(element, base or kind, is_kept=bool(base))
        elif self.knows(name):
            self.tell_used_twice(name, line_of(element))
        self.seen.add(name)
        return name

    def tell_used_twice(self, name: str, line: int | None) -> None:
        message = say("The id %(name)s is used twice; every element needs an id of its own.", name=name)
        self.diagram.problems.append(problem("duplicate-id", name, line, message))

    def draw(self, element: _Element, base: str = "") -> str:
        """As `declare`, of an element that is drawn but neither node nor flow: it counts among the diagram's ids."""
        name = self.declare(element, base)
        self.diagram.others.append(name)
        return name

    def name(self, element: _Element, base: str, is_kept: bool = True) -> str:
        """A stable id for an element without one, which no other element of the file has.

        It is written to the file when that is exported, unless it only stands in for one that is missing.
        """
        if self._taken is None:
            found = element.getroottree().getroot().xpath("//@id")
            self._taken = {str(name) for name in found} if isinstance(found, list) else set()
        name, number = base, 1
        while name in self._taken:
            number += 1
            name = f"{base}_{number}"
        self._taken.add(name)
        if is_kept:
            self.generated.append((element, name))
        return name

    def find(self, text: str | None) -> _Element | None:
        """The root element that a reference means, with or without a prefix."""
        text = (text or "").strip()
        found = self.roots.get(text)
        return found if found is not None else self.roots.get(reference(text))

    def find_definition(self, element: _Element, text: str | None) -> _Element | None:
        """The event definition that `element` refers to: one that stands for itself, or that of another event."""
        found = self.find(text)
        if found is not None:
            return found if local(str(found.tag)) in EVENT_DEFINITIONS else None
        if self.nested is None:
            root = element.getroottree().getroot()
            every = root.iter(*(f"{{{BPMN}}}{kind}" for kind in EVENT_DEFINITIONS))
            self.nested = {own.get("id", ""): own for own in every}
        return self.nested.get(reference(text)) if text else None

    def stray(self, element: _Element, owner: str) -> None:
        """An element that has no meaning where it stands; of another namespace it is none of our business."""
        tag = name_of(element)
        if not tag.startswith(f"{{{BPMN}}}"):
            return
        kind = local(tag)
        where = f"inside {owner}" if owner else "here"
        if kind not in KNOWN:
            message = say("BPMN has no element %(kind)s; remove it or correct its name.", kind=kind)
            self.problem("unknown-element", element.get("id") or owner, element, message)
        else:
            message = say(
                "A %(kind)s has no meaning %(where)s; move it to where BPMN allows it.", kind=kind, where=where
            )
            self.problem("misplaced-element", element.get("id") or owner, element, message)


Holder = Node | Process | Definition


def own_settings(holder: Holder) -> Settings:
    """The settings of a node, process or event definition, to be written."""
    if holder.settings is PLAIN or holder.settings is None:
        holder.settings = Settings()
    return holder.settings
