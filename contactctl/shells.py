"""A call as a line to type, in the quotes of the shell at hand: a POSIX shell, PowerShell, cmd."""

from __future__ import annotations

import re
import sys
from functools import cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Shell = Literal["posix", "powershell", "cmd"]

_NAMES: dict[str, Shell] = {"powershell": "powershell", "pwsh": "powershell", "cmd": "cmd"}
#: Words that neither shell of Windows changes; PowerShell cuts those that begin with one ``-`` at
#: the first point or colon.
_PLAIN = re.compile(r"(?!-[^-][^.:]*[.:])[A-Za-z0-9_./:\\=+-]+", re.ASCII)
_CMD_MARKS = re.compile(r'[()%!^"<>&|]')
#: PowerShell takes curved marks for straight ones.
_SINGLE_MARKS = re.compile("['\u2018\u2019\u201a\u201b]")


def call_line(words: Iterable[str], shell: Shell | None = None) -> str:
    """Return a call of this program, its name left out of ``words``, as a line to type."""
    shell = shell or shell_at_hand()
    words = list(words)
    if shell == "powershell" and any(map(_is_changed_on_the_way, words)):
        # All that follows is handed on as it stands, in every version of PowerShell.
        return " ".join(["contactctl", "--%", *map(_of_windows, words)])
    return " ".join(["contactctl", *(shell_quoted(word, shell) for word in words)])


def shell_quoted(word: str, shell: Shell | None = None) -> str:
    """Return a word so that the shell hands on just that."""
    shell = shell or shell_at_hand()
    if shell == "posix":
        import shlex

        return shlex.quote(word)
    if _PLAIN.fullmatch(word):
        return word
    if shell == "powershell":
        # A mark within such quotes is written twice.
        return f"'{_SINGLE_MARKS.sub(lambda mark: mark[0] * 2, word)}'"
    quoted = _of_windows(word)
    # To cmd every mark opens or closes a quotation, and %NAME% is a variable within one too.
    return _CMD_MARKS.sub(r"^\g<0>", quoted) if re.search('["%]', word) else quoted


def variable_line(name: str, value: str, shell: Shell | None = None) -> str:
    """Return the line that sets a variable for the calls that follow in this shell."""
    shell = shell or shell_at_hand()
    if shell == "cmd":
        return f'set "{name}={value}"'
    quoted = shell_quoted(value, shell)
    if shell == "posix":
        return f"export {name}={quoted}"
    # A bare word there would be a command.
    return f"$env:{name} = " + (f"'{value}'" if quoted == value else quoted)


@cache
def shell_at_hand() -> Shell:
    """Return the kind of shell that this process was started from, as far as it can be known."""
    return find_shell(sys.platform)


def find_shell(platform: str, detect: Callable[[], tuple[str, str]] | None = None) -> Shell:
    """Return the kind of shell on a platform of :data:`sys.platform`.

    ``detect`` returns the name of the shell among the processes that this one was started by.
    """
    if platform != "win32":
        return "posix"
    from shellingham import ShellDetectionFailure, detect_shell

    try:
        name, _ = (detect or detect_shell)()
    # It asks Windows for the list of processes, which may be refused.
    except (ShellDetectionFailure, OSError, RuntimeError):
        return "powershell"
    return _NAMES.get(name, "posix")  # Git Bash and its like


def _is_changed_on_the_way(word: str) -> bool:
    """Tell whether a version of PowerShell hands a quoted word on as another one."""
    return not word or '"' in word or (word.endswith("\\") and not _PLAIN.fullmatch(word))


def _of_windows(word: str) -> str:
    """Return a word as programs of Windows take their command line apart."""
    if _PLAIN.fullmatch(word):
        return word
    # Backslashes mean themselves, but for those before a quotation mark.
    inner = re.sub(r'(\\*)"', r'\1\1\\"', word)
    return '"' + re.sub(r"(\\+)\Z", r"\1\1", inner) + '"'
