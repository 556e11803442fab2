"""What help says: of a command, of a group of commands, and of what all of them share."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from contactctl.errors import ExitCode
from contactctl.help.drawing import Page, Section
from contactctl.parameters import takes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeAlias

    from contactctl.menu import Branch

    # Of Typer's own parser, whose classes are private.
    Parameter: TypeAlias = Any

#: Who is meant, and what is to be done, come before these.
_LAST_GROUPS = (
    "Lists and properties",
    "Consent",
    "Guards",
    "Sending",
    "Preview",
    "Plan and undo",
)
_SHARED = "Options of every command: -p, -o, -q, -v, …; see `contactctl help options`"


def command_page(
    path: str, text: str, parameters: Sequence[Parameter], examples: Sequence[str]
) -> Page:
    """Return the page of one command; ``parameters`` are its own, ``text`` is its docstring."""
    summary, _, more = inspect.cleandoc(text).partition("\n\n")
    arguments = [item for item in parameters if item.param_type_name == "argument"]
    usage = " ".join([path, *map(_argument, arguments), "[OPTIONS]"])
    sections = [Section("Examples", commands=examples)]
    if more:
        sections.append(Section("", paragraphs=[" ".join(more.split())]))
    return Page(summary, usage, [*sections, *_groups(parameters)], [_SHARED])


def branch_page(path: str, branch: Branch) -> Page:
    """Return the page of a group of commands."""
    sections = [
        Section(title, [(name, node.summary) for name, node in children.items()])
        for title, children in branch.groups.items()
    ]
    more = [Section(title, commands=lines) for title, lines in branch.examples.items()]
    end = [f"{path} COMMAND --help says more.", _SHARED]
    return Page(branch.summary, f"{path} COMMAND [OPTIONS]", [*sections, *more], end)


def options_page(parameters: Iterable[Parameter]) -> Page:
    """Return the page of what every command takes."""
    rows = [(_names(item), _meaning(item)) for item in parameters]
    words = "They stand before or after the command; where both are given, the later one wins."
    return Page("The options of every command.", "", [Section("Options", rows)], [words])


def exit_codes_page() -> Page:
    """Return the page of the codes that the program ends with."""
    rows = [(f"{int(code):>3}", code.meaning) for code in ExitCode]
    return Page("The codes that the program exits with.", "", [Section("Exit codes", rows)])


def _groups(parameters: Iterable[Parameter]) -> list[Section]:
    """Return the arguments and flags by group; groups without a place of their own come first."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for item in parameters:
        is_argument = item.param_type_name == "argument"
        title = item.rich_help_panel or ("Arguments" if is_argument else "Options")
        groups.setdefault(title, []).append((_names(item), _meaning(item)))
    order = {title: place for place, title in enumerate(_LAST_GROUPS, start=1)}
    return [
        Section(title, groups[title]) for title in sorted(groups, key=lambda x: order.get(x, 0))
    ]


def _argument(parameter: Parameter) -> str:
    name = _metavar(parameter) + ("..." if parameter.nargs == -1 else "")
    return name if parameter.required else f"[{name}]"


def _names(parameter: Parameter) -> str:
    if parameter.param_type_name == "argument":
        return _metavar(parameter)
    names = ", ".join(parameter.opts)
    if parameter.secondary_opts:
        return f"{names} / {', '.join(parameter.secondary_opts)}"
    return names if parameter.is_flag else f"{names} {_metavar(parameter)}"


def _metavar(parameter: Parameter) -> str:
    choices = takes_of(parameter).choices
    if choices and parameter.param_type_name == "option":
        return "|".join(choices)
    return str(parameter.metavar or parameter.name.upper())


def _meaning(parameter: Parameter) -> str:
    takes, default = takes_of(parameter), parameter.default
    more = []
    if takes.minimum is not None and takes.maximum is not None:
        more.append(f"{takes.minimum:g} to {takes.maximum:g}")
    if isinstance(default, str | int | float) and not isinstance(default, bool):
        more.append(f"default {default}")
    if parameter.required and parameter.param_type_name == "option":
        more.append("required")
    text = " ".join((parameter.help or "").split())
    sentence, dot, rest = text.partition(".")
    return f"{sentence} ({', '.join(more)}){dot}{rest}" if more else text
