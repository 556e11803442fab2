"""What is said to GitHub Actions, where a job of it runs us: annotations, and secrets to hide.

Workflow commands (its documentation, "Workflow commands for GitHub Actions"): lines of a step's
output, stderr included, with the characters escaped that would end them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from contactctl.safe_text import to_safe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contactctl.output import Output
    from contactctl.profiles.credentials import Credentials

_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = _DATA | {":": "%3A", ",": "%2C"}
#: GitHub keeps so many annotations of one job, and drops what comes after.
_MOST_ANNOTATIONS = 50


def is_job(env: Mapping[str, str]) -> bool:
    """Tell whether a job of GitHub's runs this process."""
    return env.get("GITHUB_ACTIONS") == "true"


class Annotations:
    """Errors of rows as annotations of the lines of their file; nothing outside of a job.

    ``name`` is the file as it was given; for what is none, such as a pipe, the line is told alone.
    """

    def __init__(self, output: Output, name: str) -> None:
        self._output = output
        self._left = _MOST_ANNOTATIONS if is_job(output.env) else 0
        self._file = _file_in(output.env, name) if self._left else None

    def add(self, line: int, message: str) -> None:
        """Say what is wrong with the row that begins in a line."""
        if self._left <= 0:
            return
        self._left -= 1
        place = {} if self._file is None else {"file": self._file, "line": str(line)}
        words = message if place else f"line {line}: {message}"
        self._output.tell(annotation(self._output.shown(words), place))


def annotation(message: str, place: Mapping[str, str]) -> str:
    """Return the command that annotates a place: ``file`` and ``line``, or nothing."""
    properties = [f"{name}={_escaped(text, _PROPERTY)}" for name, text in place.items()]
    head = " ".join(["error", ",".join([*properties, "title=contactctl"])])
    # Last, as the name of a file may hold anything too.
    return to_safe(f"::{head}::{_escaped(message, _DATA)}")


def hide_key(found: Credentials, output: Output) -> None:
    """Have a job hide a key that its secrets do not know, as a command has printed it."""
    if found.from_command and is_job(output.env):
        output.tell(f"::add-mask::{_escaped(found.key.reveal(), _DATA)}")


def _file_in(env: Mapping[str, str], name: str) -> str | None:
    """Return a file's path as GitHub knows it, from the top of the repository."""
    path = Path(name)
    if not path.is_file():
        return None
    top = Path(env.get("GITHUB_WORKSPACE") or Path.cwd())
    whole = path.absolute()
    return whole.relative_to(top).as_posix() if whole.is_relative_to(top) else name


def _escaped(text: str, characters: Mapping[str, str]) -> str:
    return "".join(characters.get(character, character) for character in text)
