"""Plans that are applied in the sandbox, and what was printed of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox_cli import in_sandbox

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli, Done


def applied(cli: Cli, plan: Path, *words: str) -> Done:
    """Apply a plan in the sandbox."""
    return in_sandbox(cli, "apply", str(plan), *words)


def rows(done: Done) -> list[dict[str, Any]]:
    """Return the objects that were printed."""
    return [json.loads(line) for line in done.out.splitlines()]


def drifted(done: Done) -> dict[int, str]:
    """Return the lines that drifted, with the reason."""
    return {
        row["line"]: row["error"]["message"]
        for row in rows(done)
        if row["error"] and row["error"]["code"] == "drifted"
    }


def plain(value: object) -> Any:  # noqa: ANN401 - any JSON
    """Return a value as json reads it."""
    from contactctl.exact_json import to_json

    return json.loads(to_json(value))  # type: ignore[arg-type]  # what was read from JSON
