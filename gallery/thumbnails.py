"""Small pictures of the examples' diagrams, for cards: shapes without words, in the colours of the page."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from engine.core.parse.picture import Line, Shape, read_picture
from engine.service.files import File, is_diagram_file
from gallery.reading import Example, get_example

MARGIN: Final = 12.0
# Of a picture: anything wider is drawn smaller, and a small diagram is not blown up.
LEAST_WIDTH, LEAST_HEIGHT = 480.0, 240.0


def thumbnail_of(example: Example) -> dict[str, Any]:
    """What templates/gallery/_thumbnail.html draws."""
    return _draw(example.slug)


def file_of(example: Example, process: str) -> File:
    """The file that has the process."""
    mark = f'id="{process}"'.encode()
    return next(file for file in example.files if is_diagram_file(file.name) and mark in file.content)


@cache
def _draw(slug: str) -> dict[str, Any]:
    example = get_example(slug)
    picture = read_picture(file_of(example, example.process).content, example.process)
    left, top, width, height = picture.bounds
    wide, high = max(width + 2 * MARGIN, LEAST_WIDTH), max(height + 2 * MARGIN, LEAST_HEIGHT)
    x, y = left - (wide - width) / 2, top - (high - height) / 2
    return {
        "box": f"{x:g} {y:g} {wide:g} {high:g}",
        "shapes": [_describe(shape) for shape in picture.shapes],
        "lines": [_trace(line) for line in picture.lines],
    }


def _describe(shape: Shape) -> dict[str, Any]:
    middle = shape.x + shape.width / 2, shape.y + shape.height / 2
    return {
        "form": shape.form,
        "kind": shape.kind,
        "x": f"{shape.x:g}",
        "y": f"{shape.y:g}",
        "width": f"{shape.width:g}",
        "height": f"{shape.height:g}",
        "cx": f"{middle[0]:g}",
        "cy": f"{middle[1]:g}",
        "radius": f"{shape.width / 2:g}",
        "inner": f"{max(shape.width / 2 - 4, 0):g}",
        "diamond": " ".join(
            f"{x:g},{y:g}"
            for x, y in (
                (middle[0], shape.y),
                (shape.x + shape.width, middle[1]),
                (middle[0], shape.y + shape.height),
                (shape.x, middle[1]),
            )
        ),
        "is_double": shape.kind in ("boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent"),
        "is_end": shape.kind == "endEvent",
    }


def _trace(line: Line) -> dict[str, Any]:
    return {"points": " ".join(f"{x:g},{y:g}" for x, y in line.points), "is_message": line.kind == "messageFlow"}
