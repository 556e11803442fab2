"""One run wired together: flags, environment and profile become a client and an output."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple, TextIO

from contactctl.contact import Write
from contactctl.errors import BadReplyError, MachineError, Outcome, RefusedError, UsageError
from contactctl.output import Format, Output, is_terminal
from contactctl.signals import Stops

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from contactctl.account.account import Account
    from contactctl.contact import ContactRef
    from contactctl.exact_json import JsonObject
    from contactctl.network.connect import EarlyConnection
    from contactctl.profiles.credentials import Credentials
    from contactctl.profiles.limits import Limits
    from contactctl.profiles.store import ProfileStore
    from contactctl.service.client import LoopsClient

#: As `profiles.profile` has it, which every start would import for this word.
SANDBOX_PROFILE = "sandbox"
DEFAULT_TIMEOUT_S = 30.0
DEFAULT_RETRIES = 3


class Flags(NamedTuple):
    """The options of every command, as given; None and False mean not given."""

    profile: str | None = None
    sandbox: bool = False
    output: Literal["text", "json"] | None = None
    quiet: bool = False
    verbose: bool = False
    timeout: float | None = None
    retries: int | None = None
    no_input: bool = False
    no_color: bool = False
    mask: bool | None = None

    def under(self, inner: Flags) -> Flags:
        """Return these flags with those of the inner level laid over them."""
        values = inner._asdict().items()
        given = {name: value for name, value in values if value is not None and value is not False}
        if inner.mask is False:  # it has a flag of its own
            given["mask"] = False
        return self._replace(**given)

    @property
    def explicit_profile(self) -> str | None:
        """Return the profile that the flags name; ``--sandbox`` is short for one.

        Raises :class:`UsageError` when the flags name two.
        """
        if self.sandbox and self.profile not in {None, SANDBOX_PROFILE}:
            raise UsageError(
                "--sandbox and --profile name two different places",
                hint="give one of them",
            )
        return SANDBOX_PROFILE if self.sandbox else self.profile


class Run:
    """What one run starts with, and the flags as far as they have been read."""

    def __init__(
        self, env: Mapping[str, str], stdin: TextIO, stdout: TextIO, stderr: TextIO
    ) -> None:
        self.env = env
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        self.flags = Flags()
        self.client: LoopsClient | None = None
        self.connection_ahead: EarlyConnection | None = None
        self.stops = Stops()
        #: The command writes nothing, so that a failure of it has no outcome to tell.
        self.only_reads = False

    @property
    def outcome(self) -> Outcome:
        """What is known of the run's writes, for the message when a signal ends it."""
        return Outcome.NOT_SENT if self.client is None else self.client.outcome

    def output(self, *, form: Format | None = None) -> Output:
        """Return the output that the flags read so far ask for."""
        flags = self.flags
        return Output(
            stdout=self.stdout,
            stderr=self.stderr,
            env=self.env,
            form=form or flags.output or "text",
            quiet=flags.quiet,
            verbose=flags.verbose,
            no_color=flags.no_color,
            # What a job says is kept, and read by more people than those who started it.
            masks=bool(self.env.get("CI")) if flags.mask is None else flags.mask,
        )


class Session:
    """What a command works with; the client is made when first asked for."""

    def __init__(self, flags: Flags, run: Run) -> None:
        self.flags = flags
        self.run = run
        self.env = run.env
        self.output = run.output()
        #: The team that a flag names, whose account it has to be.
        self.expected_team: str | None = None
        #: Asks about the key; None is to ask as the client does.
        self.ask_key: Callable[[], JsonObject] | None = None
        self._writes = False
        self._team: str | None = None

    @cached_property
    def profiles(self) -> ProfileStore:
        """The profile store of this machine's user."""
        from contactctl.files import profiles_file
        from contactctl.profiles.store import ProfileStore

        return ProfileStore(lambda: profiles_file(self.env))

    @cached_property
    def credentials(self) -> Credentials:
        """The base URL and key in force.

        Raises :class:`CredentialsError` when there is none, or more than one would do.
        """
        from contactctl.profiles.credentials import resolve

        found = resolve(
            self.flags.explicit_profile,
            self.env,
            self.profiles,
            show_messages=is_terminal(self.run.stderr),
        )
        for warning in found.warnings:
            self.output.warn(warning)
        return found

    @cached_property
    def client(self) -> LoopsClient:
        """The one door to the service, or to the sandbox in this process."""
        from contactctl.connection import open_client

        flags, found = self.flags, self.credentials
        if found.from_command:
            from contactctl.github import hide_key

            hide_key(found, self.output)
        self.run.client = open_client(
            found,
            self.env,
            self.output,
            timeout_s=DEFAULT_TIMEOUT_S if flags.timeout is None else flags.timeout,
            retries=DEFAULT_RETRIES if flags.retries is None else flags.retries,
            # An interrupt that an import has swallowed counts before anything is sent.
            before_each=self.run.stops.check,
            ahead=self.run.connection_ahead,
        )
        return self.run.client

    @cached_property
    def account(self) -> Account:
        """The account's properties and mailing lists."""
        from contactctl.connection import open_account

        return open_account(self.client, self.credentials, self.env)

    @cached_property
    def offline_account(self) -> Account:
        """What the cache still knows of the account; asks nobody."""
        from contactctl.connection import Offline, open_account

        return open_account(Offline(), self.credentials, self.env)

    @property
    def team(self) -> str | None:
        """The name of the team, as far as it is known without asking."""
        return self._team or self.credentials.team

    def ask_team(self) -> str | None:
        """Return the name that the service has for the team; older services name none."""
        try:
            name = (self.ask_key or self.client.api_key)().get("teamName")
        except (BadReplyError, RefusedError):
            return None
        if isinstance(name, str):
            self._team = name
        return self._team

    @contextmanager
    def other_write(self, *refs: ContactRef) -> Iterator[Write]:
        """Forget what imports remember of contacts while something else is written to them.

        Raises :class:`MachineError` where there is such a memory and it cannot be changed.
        """
        from contactctl.connection import account_id
        from contactctl.files import is_there, sent_file

        try:
            file = sent_file(self.env)
        except MachineError:  # no home folder: no memory either
            file = None
        if file is None or not is_there(file):
            yield Write()
            return
        from contactctl.importing.keeping.delta import other_write

        account = account_id(self.credentials, self.env)
        with other_write(file.parent, account, refs) as write:
            yield write

    @cached_property
    def limits(self) -> Limits | None:
        """What may be written, and to whose account; None for anything."""
        if self.expected_team is None and not self.credentials.is_limited(self.env):
            return None
        from contactctl.profiles.limits import limits_of

        return limits_of(self.credentials, self.env, self.expected_team)

    def check_write_allowed(self, *addresses: str | None) -> None:
        """Refuse a write that is beyond the limits."""
        if self.limits:
            self.limits.check_write(addresses)
            self.check_team()
        self._writes = True

    def check_team(self) -> None:
        """Refuse the key of a team that is not expected."""
        limits = self.limits
        if limits and limits.teams:
            # Asked and not remembered from an earlier command: the key may be another one by now.
            limits.check_team(self._team or self.ask_team())

    @property
    def can_ask(self) -> bool:
        """Tell whether a question may be asked: both streams are terminals and nothing forbids."""
        return not self.flags.no_input and is_terminal(self.run.stdin) and self.output.can_ask

    def confirm(self, question: str) -> None:
        """Ask a yes-or-no question on the terminal; the answer defaults to no.

        Raises :class:`UsageError` for a no, and naming ``--yes`` where nothing may be asked.
        """
        from contactctl.questions import confirm

        confirm(question, self.ask if self.can_ask else None)

    def ask(self, question: str) -> str:
        """Return the line that is typed after a question; "" where there will be none."""
        from contactctl.questions import line_typed

        return line_typed(question, self.output, self.run.stdin)

    def close(self) -> None:
        """Close the client, where one was made, and say what was wrong with the cache."""
        # Past the properties, which would make what was never needed to close it.
        client, account = self.__dict__.get("client"), self.__dict__.get("account")
        if client is not None:
            client.close()
        for problem in account.problems if account is not None else ():
            self.output.warn(problem)
        if self._writes:
            self._clean_up()

    def _clean_up(self) -> None:
        """Remove what imports left and what has expired; costs a look where there is nothing."""
        from contactctl.files import is_there, journal_folder

        with suppress(MachineError):  # no home folder: nothing was left either
            folder = journal_folder(self.env)
            if is_there(folder):
                from contactctl.importing.keeping.kept import clean_expired

                clean_expired(folder)


@contextmanager
def open_session(flags: Flags, run: Run) -> Iterator[Session]:
    """Open the session of one command and close what it opened.

    Only from here on signals are taken: up to here nothing has begun that would need an end other
    than the system's, and everything is imported, where an exception could be lost. Raises
    :class:`UsageError` for flags that contradict each other.
    """
    _ = flags.explicit_profile
    session = Session(flags, run)
    with run.stops.raised(lambda: run.outcome):
        try:
            yield session
        finally:
            session.close()
