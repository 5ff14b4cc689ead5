"""How rows of one instance are numbered: one 63-bit key holds the instance and a number within it.

The tokens, waits and steps of an instance are then one range of their primary key: no second column, no
second index (docs/architecture/storage.md counts the bytes). Handing out instance ids is the store's work.
"""

from collections.abc import Iterable

NUMBER_BITS = 24
LARGEST_NUMBER = (1 << NUMBER_BITS) - 1
LARGEST_INSTANCE = (1 << (63 - NUMBER_BITS)) - 1


def make_key(instance: int, number: int) -> int:
    return instance << NUMBER_BITS | number


def instance_of(key: int) -> int:
    return key >> NUMBER_BITS


def number_of(key: int) -> int:
    return key & LARGEST_NUMBER


def span(instance: int) -> tuple[int, int]:
    """First and last key that belong to the instance."""
    return instance << NUMBER_BITS, instance << NUMBER_BITS | LARGEST_NUMBER


def spans(instances: Iterable[int]) -> list[tuple[int, int]]:
    """The same of several, those that follow one another together."""
    found: list[tuple[int, int]] = []
    for instance in sorted(set(instances)):
        first, last = span(instance)
        if found and found[-1][1] + 1 == first:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


def instances_of(keys: Iterable[int]) -> list[int]:
    """The instances of the keys, each once, in order."""
    return sorted({key >> NUMBER_BITS for key in keys})
