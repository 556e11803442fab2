"""Commands and their flags as Typer has them, turned into JSON."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from contactctl.exact_json import JsonObject, JsonValue, Number
from contactctl.menu import Branch
from contactctl.parameters import takes_of
from contactctl.schema.calling import calling
from contactctl.tree import Command, build

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from contactctl.menu import Leaf
    from contactctl.tree import Parameter


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
        "examples": list(command.examples),
        "arguments": [argument(one) for one in command.params if one not in options],
        "flags": [flag(item) for item in options if item.name not in common],
        **calling(path, leaf, command),
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
    takes = takes_of(parameter)
    return {
        "type": "string" if takes.kind == "path" else takes.kind,
        "metavar": parameter.metavar,
        "allowedValues": None if takes.choices is None else [*takes.choices],
        "minimum": _plain(takes.minimum),
        "maximum": _plain(takes.maximum),
        "default": _plain(parameter.default),
        # An option repeats itself, an argument takes all words that are left.
        "repeatable": bool(getattr(parameter, "multiple", False)) or parameter.nargs == -1,
        "required": parameter.required,
        "help": " ".join((parameter.help or "").split()),
    }


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
