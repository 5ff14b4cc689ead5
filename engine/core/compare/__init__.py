"""What changed between two versions of a process, its decisions and its forms, in plain words; how it is shown is not
told here, and what instances make of it is the service's."""

from engine.core.compare.bundles import Bundle, compare_bundles
from engine.core.compare.change import Change
from engine.core.compare.diagrams import compare_diagrams

__all__ = ["Bundle", "Change", "compare_bundles", "compare_diagrams"]
