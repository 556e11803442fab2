"""doctor."""

import time
from collections.abc import Iterator

from contactctl.commands.options import with_session
from contactctl.doctor import answers, machine, service, setup
from contactctl.doctor.check import Check, exit_code_of, failed, warn
from contactctl.errors import ContactctlError
from contactctl.output import is_terminal
from contactctl.profiles.credentials import resolve
from contactctl.profiles.settings import access_settings
from contactctl.session import Session

EXAMPLES = {
    "doctor": (
        "contactctl doctor",
        "contactctl doctor --profile work --output json",
    )
}


@with_session
def doctor(session: Session) -> int:
    """Show what is set up, where it came from, what does not work and what to do.

    One request is made, to ask whether the service takes the key. The exit code is 0 when nothing
    failed, else that of the first failure.
    """
    checks = [*_machine_checks(session), *_access_checks(session)]
    session.output.show(answers.findings(checks))
    return exit_code_of(checks)


def _machine_checks(session: Session) -> Iterator[Check]:
    yield from machine.version_checks()
    yield from machine.place_checks(session.env, session.profiles)
    yield setup.environment_check(session.env)


def _access_checks(session: Session) -> Iterator[Check]:
    explicit = session.flags.explicit_profile
    settings = list(setup.setting_checks(access_settings(explicit, session.env, session.profiles)))
    yield from settings
    if any(check.status == "fail" for check in settings):
        yield warn("connection", "not tried: there is no key and address to try it with")
        return
    try:
        session.credentials = resolve(
            explicit, session.env, session.profiles, show_messages=is_terminal(session.run.stderr)
        )
    except ContactctlError as error:  # a key command shows only now whether it works
        yield failed("key command", error)
        return
    answer = service.ask(lambda: session.client, time.time)
    yield from service.service_checks(session.credentials, answer)
