"""Commands and their flags as Typer has them, turned into JSON."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from contactctl.exact_json import JsonObject, JsonValue, Number
from contactctl.menu import Branch
from contactctl.tree import Command, build

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from contactctl.menu import Leaf
    from contactctl.tree import Parameter

#: How the names of Typer's types begin, which differ between its versions in their endings.
_TYPES = {"bool": "boolean", "int": "integer", "float": "number"}


def leaves(
    node: Leaf | Branch, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Leaf]]:
    """Yield every command of a tree, each with the words that lead to it."""
    if isinstance(node, Branch):
        for name, child in node.children.items():
            yield from leaves(child, (*path, name))
    else:
        yield path, node


def describe(path: tuple[str, ...], leaf: Leaf, common: Collection[str]) -> JsonObject:
    """Return a command's words; the flags named in ``common`` are left out."""
    # Built as for a call, so that this cannot differ from what --help says.
    command = build(path[-1], leaf)
    assert isinstance(command, Command)  # noqa: S101 - what a leaf is built into
    options = [item for item in command.params if item.param_type_name == "option"]
    return {
        "path": list(path),
        "summary": leaf.summary,
        "help": _unwrapped(command.help or ""),
        "examples": list(command.lines[1:]),
        "arguments": [argument(one) for one in command.params if one not in options],
        "flags": [flag(item) for item in options if item.name not in common],
    }


def flag(option: Parameter) -> JsonObject:
    """Return one flag: its names and what it takes."""
    return {
        "names": list(option.opts),
        "negativeNames": list(option.secondary_opts),
        **_value(option),
    }


def argument(parameter: Parameter) -> JsonObject:
    """Return one argument: its name and what it takes."""
    return {"name": parameter.name, **_value(parameter)}


def _value(parameter: Parameter) -> JsonObject:
    # Asked this way since Typer's private types, of choices and of ranges, alone have these.
    choices = getattr(parameter.type, "choices", None)
    return {
        "type": _type(parameter.type.name),
        "metavar": parameter.metavar,
        "allowedValues": None if choices is None else [str(choice) for choice in choices],
        "minimum": _plain(getattr(parameter.type, "min", None)),
        "maximum": _plain(getattr(parameter.type, "max", None)),
        "default": _plain(parameter.default),
        # An option repeats itself, an argument takes all words that are left.
        "repeatable": bool(getattr(parameter, "multiple", False)) or parameter.nargs == -1,
        "required": parameter.required,
        "help": " ".join((parameter.help or "").split()),
    }


def _type(name: str) -> str:
    return next((word for start, word in _TYPES.items() if name.startswith(start)), "string")


def _plain(value: object) -> JsonValue:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        # repr has the fewest digits that mean the same number.
        return Number(repr(value))
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value)


def _unwrapped(text: str) -> str:
    """Return a docstring with one line per paragraph."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
