"""What a served sandbox prints for whoever wants to use it."""

from __future__ import annotations

import subprocess

import pytest
from conftest import Stream

from contactctl.commands.sandbox.command import _say_ready
from contactctl.session import Flags, Run, Session

URL = "http://127.0.0.1:8025/api"


@pytest.mark.parametrize(
    ("api_key", "key", "head"),
    [
        (None, "any-text", "to use it from another terminal:"),
        (
            "canary-0123456789",
            "KEY",
            "to use it from another terminal, with what --api-key says for KEY:",
        ),
    ],
)
def test_the_lines_point_another_shell_at_it_and_never_hold_its_key(
    api_key: str | None, key: str, head: str
) -> None:
    out, err = Stream(), Stream()
    _say_ready(Session(Flags(), Run({}, Stream(), out, err)), URL, api_key)
    assert out.getvalue() == f"{URL}\n"
    page, first, *lines = err.getvalue().splitlines()
    assert page == "to watch it: http://127.0.0.1:8025/"
    assert first == head
    show = 'echo "$CONTACTCTL_BASE_URL $LOOPS_API_KEY"'
    shown = subprocess.run(
        ["/bin/sh", "-c", "\n".join([*lines, show])], capture_output=True, text=True, check=True
    )
    assert shown.stdout == f"{URL} {key}\n"
