"""The doctor's findings in each of their forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.doctor.check import worst_of
from contactctl.output import Answer
from contactctl.safe_text import to_safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from contactctl.doctor.check import Check


def findings(checks: Sequence[Check]) -> Answer:
    """Return all findings; ``-q`` prints the worst status alone."""

    def view() -> RenderableType:
        from contactctl import views

        return views.findings((one.status, one.name, one.detail, one.hint) for one in checks)

    worst = worst_of(checks)
    return Answer(
        json={"status": worst, "checks": [one.to_json_object() for one in checks]},
        plain=[
            "\t".join(map(to_safe, (one.status, one.name, one.detail, one.hint or "")))
            for one in checks
        ],
        quiet=[worst],
        view=view,
    )
