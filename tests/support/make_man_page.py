"""Writes contactctl/help/contactctl.1 anew from `contactctl schema`; run it when a command changes.

python tests/support/make_man_page.py
"""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contactctl.cli import main
from contactctl.help.drawing import command_lines
from contactctl.session import Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PAGE = Path(__file__).parents[2] / "contactctl" / "help" / "contactctl.1"
_HEAD = r'''.\" Written by tests/support/make_man_page.py, not by hand; a test compares them.
.TH CONTACTCTL 1 "" "contactctl {version}" "User Commands"'''
#: What is not itself in roff: some marks are drawn as others, which cannot be pasted.
_ESCAPES = {
    "\\": r"\e",
    "-": r"\-",
    "'": r"\(aq",
    "`": r"\(ga",
    "^": r"\(ha",
    "~": r"\(ti",
    '"': r"\(dq",
}
#: What a page of 80 columns leaves an example.
_WIDTH = 66


def make_page() -> str:
    """Return the page for what the program says of itself now."""
    run = Run({}, io.StringIO(), io.StringIO(), io.StringIO())
    if main(["schema"], run) != 0:
        raise SystemExit(str(run.stderr))
    assert isinstance(run.stdout, io.StringIO)
    return "\n".join(_lines(json.loads(run.stdout.getvalue()))) + "\n"


def _lines(schema: dict[str, Any]) -> Iterator[str]:
    summary = schema["summary"].removesuffix(".")
    yield _HEAD.format(version=_text(schema["version"]))
    yield from (".SH NAME", rf"contactctl \- {_text(summary[0].lower() + summary[1:])}")
    yield from (".SH SYNOPSIS", r"\fBcontactctl\fR \fICOMMAND\fR [\fIOPTIONS\fR]")
    yield from (".SH DESCRIPTION", _text(f"{summary}."), ".PP")
    yield "The answer goes to standard output, everything said to a person to standard error."
    yield r"\fBcontactctl help\fR \fICOMMAND\fR shows a command's options in groups."
    yield ".SH COMMANDS"
    for command in schema["commands"]:
        yield from _command(command)
    yield ".SH OPTIONS OF EVERY COMMAND"
    for flag in schema["globalFlags"]:
        yield from _item(_flag(flag), flag["help"])
    yield ".SH EXIT STATUS"
    for one in schema["exitCodes"]:
        yield from _item(rf"\fB{one['code']}\fR", one["meaning"])
    yield ".SH ENVIRONMENT"
    for one in schema["variables"]:
        yield from _item(_bold(one["name"]), one["meaning"])


def _command(command: dict[str, Any]) -> Iterator[str]:
    words = [_bold(" ".join(["contactctl", *command["path"]])), *map(_place, command["arguments"])]
    yield f".SS {' '.join(words)}".replace('"', "")
    for number, paragraph in enumerate(command["help"].split("\n\n")):
        if number:
            yield ".PP"
        yield _text(paragraph)
    for one in command["arguments"]:
        yield from _item(_italic(one["metavar"]), one["help"])
    for flag in command["flags"]:
        yield from _item(_flag(flag), flag["help"])
    if command["examples"]:
        yield from (".PP", "Examples:", ".PP", ".nf", ".RS")
        for example in command["examples"]:
            yield from map(_literal, command_lines(example, _WIDTH))
        yield from (".RE", ".fi")


def _place(argument: dict[str, Any]) -> str:
    name = _italic(argument["metavar"]) + r"\fR..." * argument["repeatable"]
    return name if argument["required"] else rf"\fR[{name}\fR]"


def _flag(flag: dict[str, Any]) -> str:
    names = ", ".join(map(_bold, flag["names"]))
    against = "".join(f" / {_bold(name)}" for name in flag["negativeNames"])
    values = flag["metavar"] or "|".join(flag["allowedValues"] or ())
    return names + against + (f" {_italic(values)}" if values else "")


def _item(tag: str, meaning: str) -> Iterable[str]:
    return ".TP", tag, _text(meaning)


def _bold(text: str) -> str:
    return rf"\fB{_escaped(text)}\fR"


def _italic(text: str) -> str:
    return rf"\fI{_escaped(text)}\fR"


def _text(text: str) -> str:
    return _literal(" ".join(text.split()))


def _literal(line: str) -> str:
    """Return a line that is none of roff's own, whatever it begins with."""
    escaped = _escaped(line)
    return rf"\&{escaped}" if escaped.startswith((".", r"\(aq")) else escaped


def _escaped(text: str) -> str:
    text = "".join(_ESCAPES.get(mark, mark) for mark in text)
    return re.sub(r"[^\x00-\x7f]", lambda mark: rf"\[u{ord(mark[0]):04X}]", text)


if __name__ == "__main__":
    PAGE.write_text(make_page(), encoding="ascii")
