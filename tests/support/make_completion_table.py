"""Writes contactctl/completion/table.py anew from the command tree, and pages of help and manual.

To be run when a command changes:

python tests/support/make_completion_table.py
"""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any, TypeAlias

from make_help_pages import make_pages
from make_man_page import PAGE, make_page

from contactctl import completion
from contactctl.cli import root_group
from contactctl.help.written import PAGES
from contactctl.menu import COMMANDS, Branch, Leaf
from contactctl.parameters import takes_of
from contactctl.tree import Command, build

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    Row: TypeAlias = tuple[str, str | None, str]

TABLE = Path(completion.__file__).with_name("table.py")
_HEADER = '''\
"""Every command with its flags and arguments, as Tab needs them: nothing to import but this.

Written by ``python tests/support/make_completion_table.py``, not by hand; a test holds it equal to
the command tree.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    #: A flag's other names ("..." if it may be repeated), values and meaning: see ``cursor.Flag``.
    Row: TypeAlias = tuple[str, str | None, str]
'''
_LONGEST_HELP = 60
_LINE_LENGTH = 100
#: What only a name tells: which of our own kinds of value a flag takes.
_KINDS_OF_FLAGS = {
    "--profile": "<place>",
    "--list": "<list>",
    "--prop": "<property>",
    "--unset": "<field>",
    "--field": "<any field>",
}
_OF_AN_EXISTING_PROFILE = ("profile use", "profile show", "profile check", "profile remove")


class _Rows:
    """Each flag once: commands that share one name its key, which is its longest name.

    A flag of the same name that means something else elsewhere has ``#2`` behind its key.
    """

    def __init__(self) -> None:
        self.by_key: dict[str, Row] = {}

    def keys(self, options: Iterable[Any], *, but: str = "") -> str:
        """Return the keys of a command's flags, leaving out those of every command."""
        keys = [self._key(item) for item in options if item.param_type_name == "option"]
        return " ".join(key for key in keys if key not in but.split())

    def _key(self, option: Any) -> str:  # noqa: ANN401 - Typer's own
        name = max(option.opts, key=len)
        row = _row(name, option)
        for number in range(1, 100):
            key = name if number == 1 else f"{name}#{number}"
            if self.by_key.setdefault(key, row) == row:
                return key
        raise AssertionError(name)


def make_table() -> str:
    """Return the text of the module, formatted."""
    tree, rows = COMMANDS, _Rows()
    commands = {path: _build(path, leaf) for path, leaf in _leaves("", tree)}
    common = rows.keys(root_group().params)
    flags = {path: rows.keys(item.params, but=common) for path, item in commands.items()}
    arguments = {path: _arguments(path, item) for path, item in commands.items()}
    tables = {
        "CHILDREN: dict[str, dict[str, str]]": dict(_branches("", tree)),
        "ROWS: dict[str, Row]": rows.by_key,
        "GLOBAL_FLAGS": _Wrapped(common),
        "FLAGS: dict[str, str]": _filled(flags, _Wrapped),
        "ARGUMENTS: dict[str, tuple[str, ...]]": _filled(arguments, tuple),
    }
    return "\n".join(
        [_HEADER, *(_literal(table, f"{name} = ") for name, table in tables.items()), ""]
    )


def _branches(path: str, branch: Branch) -> Iterator[tuple[str, dict[str, str]]]:
    yield path, {name: _short(node.summary) for name, node in branch.children.items()}
    for name, node in branch.children.items():
        if isinstance(node, Branch):
            yield from _branches(f"{path} {name}".lstrip(), node)


def _leaves(path: str, node: Leaf | Branch) -> Iterator[tuple[str, Leaf]]:
    if isinstance(node, Leaf):
        yield path, node
    else:
        for name, child in node.children.items():
            yield from _leaves(f"{path} {name}".lstrip(), child)


def _build(path: str, leaf: Leaf) -> Any:  # noqa: ANN401 - Typer's own
    if find_spec(f"contactctl.commands.{leaf.module}") is None:  # announced, not yet written
        return Command(leaf.function)
    return build(path.rsplit(maxsplit=1)[-1], leaf)


def _row(name: str, option: Any) -> Row:  # noqa: ANN401 - Typer's own
    others = [other for other in (*option.opts, *option.secondary_opts) if other != name]
    values = None if option.is_flag else _KINDS_OF_FLAGS.get(name, _values(option))
    return " ".join(others + ["..."] * option.multiple), values, _short(option.help or "")


def _arguments(path: str, command: Any) -> tuple[str, ...]:  # noqa: ANN401 - Typer's own
    found = [item for item in command.params if item.param_type_name == "argument"]
    if path in _OF_AN_EXISTING_PROFILE:
        return tuple("<profile>" for _ in found)
    # An address may be left out, and nothing is known of it: flags are offered in its place.
    return tuple(_values(item) for item in found if item.required or _values(item))


def _values(parameter: Any) -> str:  # noqa: ANN401 - Typer's own
    takes = takes_of(parameter)
    if takes.choices:
        return " ".join(takes.choices)
    metavar = parameter.metavar or ""
    if "@FILE" in metavar:
        return "<@file>"
    return "<file>" if takes.kind == "path" or "FILE" in metavar else ""


def _short(text: str) -> str:
    """Return the first sentence, or as much of it as a shell's list has room for, in ASCII."""
    short = " ".join(text.split()).encode("ascii", "replace").decode()
    for mark in (". ", "; ", ": ", " (", ", "):
        if mark == ". " or len(short) > _LONGEST_HELP:
            short = short.split(mark)[0]
    return (short[:_LONGEST_HELP].rpartition(" ")[0] if short[_LONGEST_HELP:] else short).rstrip(
        "."
    )


class _Wrapped(str):
    """Words that may stand on several lines."""

    __slots__ = ()


def _filled(table: dict[str, Any], kind: type) -> dict[str, Any]:
    return {path: kind(value) for path, value in table.items() if value}


def _literal(value: Any, before: str = "", indent: str = "") -> str:  # noqa: ANN401 - any literal
    """Write a literal behind ``before`` as the formatter would: on one line where it fits."""
    line = indent + before + _on_one_line(value)
    if not isinstance(value, dict) and len(line) < _LINE_LENGTH:
        return line
    inner = indent + "    "
    if isinstance(value, dict):
        items = [_literal(item, f"{json.dumps(key)}: ", inner) + "," for key, item in value.items()]
    elif isinstance(value, _Wrapped):
        lines = wrap(value, _LINE_LENGTH - len(inner) - 3, break_on_hyphens=False)
        items = [inner + json.dumps(text + " ") for text in lines[:-1]]
        items.append(inner + json.dumps(lines[-1]))
    else:
        items = [_literal(item, "", inner) + "," for item in value]
    opening, closing = ("{", "}") if isinstance(value, dict) else ("(", ")")
    return "\n".join([f"{indent}{before}{opening}", *items, indent + closing])


def _on_one_line(value: Any) -> str:  # noqa: ANN401 - any literal
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, tuple):
        comma = "," if len(value) == 1 else ""
        return "(" + ", ".join(map(_on_one_line, value)) + comma + ")"
    return repr(value)


if __name__ == "__main__":
    TABLE.write_text(make_table(), encoding="utf-8")
    PAGES.write_text(make_pages(), encoding="utf-8")
    PAGE.write_text(make_page(), encoding="ascii")
