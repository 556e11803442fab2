"""Everything that the doctor looks at, and its findings in each of their forms."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from contactctl.doctor import machine, service
from contactctl.doctor.check import failed, look, warn, worst_of
from contactctl.errors import ContactctlError
from contactctl.output import Answer, is_terminal
from contactctl.profiles.credentials import resolve
from contactctl.profiles.settings import access_settings
from contactctl.safe_text import to_safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from contactctl.doctor.check import Check
    from contactctl.session import Session


def find(session: Session) -> list[Check]:
    """Look at this machine, then at the access to the service, which takes one request."""
    return [*_machine_checks(session), *_access_checks(session)]


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


def _machine_checks(session: Session) -> Iterator[Check]:
    yield from machine.version_checks()
    yield from machine.place_checks(session.env, session.profiles)
    yield machine.environment_check(session.env)


def _access_checks(session: Session) -> Iterator[Check]:
    explicit = session.flags.explicit_profile
    settings = list(
        machine.setting_checks(access_settings(explicit, session.env, session.profiles))
    )
    yield from settings
    if any(check.status == "fail" for check in settings):
        yield warn("connection", "not tried: what fails above comes first")
        return
    try:
        # Put in place of the property's own, so that a key command runs once.
        session.credentials = resolve(
            explicit, session.env, session.profiles, show_messages=is_terminal(session.run.stderr)
        )
    except ContactctlError as error:  # a key command shows only now whether it works
        yield failed("key command", error)
        return
    answer = service.ask(lambda: session.client, time.time)
    yield from service.service_checks(session.credentials, answer)
    limits = session.limits
    if limits is not None and limits.teams and answer.error is None:
        yield look("key of the team", lambda: service.team_check(limits, answer))
