"""The flags of plans: where one is written to, and its summary for people."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contactctl.errors import UsageError
from contactctl.session import Session

if TYPE_CHECKING:
    from contactctl.plans.lines import FileAccount

PlanTo = Annotated[
    Path | None,
    typer.Option(
        "--plan",
        metavar="FILE",
        help="Look up and write down what would happen, and write nothing else; contactctl apply"
        " FILE carries it out.",
    ),
]
SummaryTo = Annotated[
    Path | None,
    typer.Option(
        "--summary",
        metavar="FILE",
        help="Append the plan to FILE as Markdown, addresses masked.",
    ),
]


@dataclass(frozen=True, slots=True)
class PlanFlags:
    """Where a plan is written to; None for a command that is to do its work."""

    plan: PlanTo = None
    summary: SummaryTo = None

    def check(self, **others: bool) -> None:
        """Refuse what does not go with a plan; raises :class:`UsageError`.

        ``others`` are the flags that look at nobody or go on with a run, by their names.
        """
        if self.plan is None:
            if self.summary is not None:
                raise UsageError("--summary goes with --plan", hint="add --plan FILE")
            return
        given = next((name for name, is_given in others.items() if is_given), None)
        if given is not None:
            raise UsageError(
                f"--plan and --{given.replace('_', '-')} do not go together",
                hint="give one of them",
            )
        if self.summary is not None and self.summary.resolve() == self.plan.resolve():
            raise UsageError("--plan and --summary name one file", hint="give one another name")


def account_of(session: Session) -> "FileAccount":
    """Return whose contacts a plan of this session is about; its team is asked for if need be."""
    from contactctl.connection import account_id
    from contactctl.plans.lines import FileAccount

    credentials, client = session.credentials, session.client
    team = credentials.team
    if team is None:
        name = client.api_key().get("teamName")
        team = name if isinstance(name, str) else None
    return FileAccount(account_id(credentials, session.env), team, credentials.base_url)
