"""DMN: decision tables, boxed expressions and requirement graphs, compiled and evaluated without I/O."""

from .decisions import DecisionResult as DecisionResult
from .decisions import Decisions as Decisions
from .decisions import Requirement as Requirement
from .decisions import compile_decisions as compile_decisions
from .records import DecisionRecord as DecisionRecord
from .records import TableHits as TableHits
from .session import Finding as Finding
