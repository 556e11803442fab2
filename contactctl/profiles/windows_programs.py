"""How a program is started by its name on Windows, the shims among them: .cmd and .bat files.

Two rules that the start of programs has there and this has not: files of the current folder, which
may come from anybody, are not taken, and nothing that a shim is handed can become a command.
"""

from __future__ import annotations

import errno
import ntpath
import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: What Windows can start, in the order of PATHEXT where that says nothing.
_KINDS = (".com", ".exe", ".bat", ".cmd")
_SHIMS = (".bat", ".cmd")
#: These mean something to cmd between quotation marks too.
_UNSAFE = re.compile(r'["%\r\n]')


def to_start(words: Sequence[str], env: Mapping[str, str]) -> str | list[str]:
    """Return what :class:`subprocess.Popen` is to start for a program's name and its arguments.

    Raises ``OSError`` where no folder of PATH has the program, and for what a shim would not be
    handed as it stands.
    """
    program = next(_found(words[0], env), None)
    if program is None:
        raise OSError(errno.ENOENT, "no folder of PATH has it as .exe, .cmd, .bat or .com")
    if not program.lower().endswith(_SHIMS):
        return [program, *words[1:]]
    line = " ".join(f'"{_checked(word)}"' for word in (program, *words[1:]))
    shell = ntpath.join(env.get("SystemRoot", r"C:\Windows"), "System32", "cmd.exe")
    # Without start-up commands from the registry, and without variables of the form !NAME!.
    return f'"{shell}" /d /v:off /s /c "{line}"'


def _found(name: str, env: Mapping[str, str]) -> Iterator[str]:
    """Yield the files that a name may mean, the first one of which is meant."""
    listed = [kind for kind in env.get("PATHEXT", "").lower().split(";") if kind in _KINDS]
    ends = [""] if name.lower().endswith(_KINDS) else listed or [*_KINDS]
    if re.search(r"[\\/:]", name):
        folders = [""]  # the name says where
    else:
        given = (folder.strip('"') for folder in env.get("PATH", "").split(";"))
        folders = [folder for folder in given if os.path.isabs(folder)]  # noqa: PTH117 - text
    for folder in folders:
        for end in ends:
            path = os.path.join(folder, name + end)  # noqa: PTH118 - text to hand on
            if os.path.isfile(path):  # noqa: PTH113 - likewise
                yield path


def _checked(word: str) -> str:
    if _UNSAFE.search(word):
        raise OSError(errno.EINVAL, 'a .cmd or .bat file cannot be handed ", % and line breaks')
    # A backslash before the quotation mark that follows would take that for text.
    return word + "\\" * (len(word) - len(word.rstrip("\\")))
