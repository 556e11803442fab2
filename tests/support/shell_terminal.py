"""Interactive shells on a terminal of their own, with our completion loaded."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

PATIENCE_S = 60.0
#: Ctrl-T prints the line being edited, Ctrl-U forgets it.
_SHOW, _FORGET = b"\x14", b"\x15"
_READY = b"ready> "
#: A terminal becomes a session's own only when the session's first process asks for it.
_LEAD = (
    "import fcntl, os, sys, termios;"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "os.execvp(sys.argv[1], sys.argv[1:])"
)


@dataclass(frozen=True)
class Shell:
    """How one shell is started, and what it runs first; both take the path of a file."""

    name: str
    arguments: tuple[str, ...]
    file: str
    setup: str


_BASH = """
PS1='ready> '
bind 'set enable-bracketed-paste off' 'set bell-style none'
bind -x '"\\C-t": printf "%s\\0" "$READLINE_LINE" >"$SHOWN"'
source "$SCRIPT"
"""
_ZSH = """
PS1='ready> '
unsetopt prompt_sp beep
autoload -Uz compinit && compinit -D -u
show() { print -rN -- "$BUFFER" >"$SHOWN" }
zle -N show
bindkey -e
bindkey '^T' show
source "$SCRIPT"
"""
_FISH = """
set -g fish_greeting
set -g fish_autosuggestion_enabled 0
function fish_prompt; printf 'ready> '; end
function show; printf '%s\\0' (commandline | string collect) >$SHOWN; end
bind \\ct show
source $SCRIPT
"""
SHELLS = {
    "bash": Shell("bash", ("--noprofile", "--rcfile", "{}", "-i"), "bashrc", _BASH),
    "zsh": Shell("zsh", ("-i",), ".zshrc", _ZSH),
    "fish": Shell(
        "fish", ("--no-config", "--init-command", "source {}", "-i"), "setup.fish", _FISH
    ),
}


class ShellTerminal:
    """A running shell; ``folder`` holds its files, ``cwd`` is where it stands."""

    def __init__(self, name: str, script: Path, folder: Path, env: Mapping[str, str]) -> None:
        shell = SHELLS[name]
        setup = folder / shell.file
        setup.write_text(shell.setup)
        self._shown = folder / "shown"
        self._seen = b""
        own = {"SCRIPT": str(script), "SHOWN": str(self._shown), "ZDOTDIR": str(folder)}
        self._main, child = os.openpty()
        arguments = [argument.format(setup) for argument in shell.arguments]
        self._process = subprocess.Popen(
            [sys.executable, "-c", _LEAD, name, *arguments],
            stdin=child,
            stdout=child,
            stderr=child,
            env={"TERM": "xterm", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", **env, **own},
            cwd=env["PWD"],
            start_new_session=True,
        )
        os.close(child)
        self._wait_until(lambda: _READY in self._seen)

    def complete(self, text: str, *, tabs: int = 1) -> str:
        """Type a text, press Tab, and return the line as it stands then."""
        self._shown.unlink(missing_ok=True)
        os.write(self._main, text.encode() + b"\t" * tabs + _SHOW)
        self._wait_until(lambda: self._shown.exists() and self._shown.read_bytes().endswith(b"\0"))
        os.write(self._main, _FORGET)
        return self._shown.read_bytes().rstrip(b"\0").decode()

    def close(self) -> None:
        """End the shell, however it feels about that."""
        self._process.kill()
        self._process.wait()
        os.close(self._main)

    def _wait_until(self, happened: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not happened():
            if time.monotonic() > deadline:
                raise TimeoutError(self._seen.decode(errors="replace"))
            if select.select([self._main], [], [], 0.002)[0]:
                self._seen += os.read(self._main, 1 << 16)
