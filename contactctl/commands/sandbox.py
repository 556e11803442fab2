"""sandbox serve, dump, reset, path, suppress."""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contactctl import answers
from contactctl.base_url import is_loopback
from contactctl.errors import UsageError
from contactctl.files import sandbox_file
from contactctl.flags import ANSWERS, DATA, LISTEN, SUPPRESSION
from contactctl.flags.contact_flags import Yes
from contactctl.flags.options import with_session
from contactctl.profiles.api_key import parse_api_key
from contactctl.sandbox.app import Settings, make_app
from contactctl.sandbox.choices import Manner
from contactctl.sandbox.request_log import RequestLog
from contactctl.sandbox.server import Listen
from contactctl.sandbox.server import serve as serve_app
from contactctl.sandbox.trouble import Script, to_faults, to_latencies
from contactctl.session import Session
from contactctl.shells import variable_line

if TYPE_CHECKING:
    from contactctl.sandbox.store import Store

EXAMPLES = {
    "serve": (
        "contactctl sandbox serve",
        "contactctl sandbox serve --port 0 --rate-limit 50 --latency 80 --fail 500:0.05",
    ),
    "dump": ("contactctl sandbox dump | jq -r .email",),
    "reset": ("contactctl sandbox reset --yes",),
    "path": ("contactctl sandbox path",),
    "suppress": (
        "contactctl sandbox suppress ada@example.com",
        "contactctl sandbox suppress ada@example.com --off",
    ),
}

Host = Annotated[
    str,
    typer.Option("--host", metavar="HOST", help="Address to listen on.", rich_help_panel=LISTEN),
]
Port = Annotated[
    int,
    typer.Option(
        "--port",
        metavar="PORT",
        min=0,
        max=65535,
        help="Port; 0 takes a free one.",
        rich_help_panel=LISTEN,
    ),
]
Db = Annotated[
    Path | None,
    typer.Option(
        "--db",
        metavar="FILE",
        help="File with the data, instead of the usual one.",
        rich_help_panel=DATA,
    ),
]
RateLimit = Annotated[
    int,
    typer.Option(
        "--rate-limit",
        metavar="N",
        min=0,
        help="Requests a second; 0 is no limit.",
        rich_help_panel=ANSWERS,
    ),
]
RetryAfter = Annotated[
    int | None,
    typer.Option(
        "--retry-after",
        metavar="SECONDS",
        min=0,
        help="Send this Retry-After with each 429.",
        rich_help_panel=ANSWERS,
    ),
]
Latency = Annotated[
    list[str] | None,
    typer.Option(
        "--latency",
        metavar="MS[:PATH]",
        help="Wait before each answer, or before those of a path; repeatable.",
        rich_help_panel=ANSWERS,
    ),
]
Fail = Annotated[
    list[str] | None,
    typer.Option(
        "--fail",
        metavar="STATUS:SHARE",
        help="Fail this share of requests, such as 500:0.05, or one of them by its number, such as "
        "503@3; of a method and path: 500:0.1:PUT:/contacts/update. Repeatable.",
        rich_help_panel=ANSWERS,
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(
        "--seed-random",
        metavar="N",
        min=0,
        help="Let failures by chance fall on the same requests at each run.",
        rich_help_panel=ANSWERS,
    ),
]
ServedKey = Annotated[
    str | None,
    typer.Option(
        "--api-key",
        metavar="KEY",
        help="Accept only this key, a made-up one; without it any key is accepted.",
        rich_help_panel=ANSWERS,
    ),
]
Threads = Annotated[
    int,
    typer.Option(
        "--threads",
        metavar="N",
        min=1,
        max=500,
        help="Requests under way at once.",
        rich_help_panel=LISTEN,
    ),
]
Strict = Annotated[
    bool,
    typer.Option(
        "--strict",
        help="Refuse whatever the service might refuse, unknown properties too.",
        rich_help_panel=ANSWERS,
    ),
]
Lenient = Annotated[
    bool,
    typer.Option(
        "--lenient",
        help="Let pass whatever the service might let pass.",
        rich_help_panel=ANSWERS,
    ),
]
Address = Annotated[
    str,
    typer.Argument(
        metavar="ADDRESS", help="The contact's email address.", rich_help_panel=SUPPRESSION
    ),
]
Off = Annotated[bool, typer.Option("--off", help="Remove the mark.", rich_help_panel=SUPPRESSION)]


@dataclass(frozen=True, slots=True)
class ListenFlags:
    """Where to listen."""

    host: Host = "127.0.0.1"
    port: Port = 8025
    threads: Threads = 64


@dataclass(frozen=True, slots=True)
class BehaviourFlags:
    """How to answer."""

    rate_limit: RateLimit = 10
    retry_after: RetryAfter = None
    latency: Latency = None
    fail: Fail = None
    seed_random: Seed = None
    api_key: ServedKey = None
    strict: Strict = False
    lenient: Lenient = False

    @property
    def manner(self) -> Manner:
        """What becomes of what is not known of the service; raises :class:`UsageError` for both."""
        if self.strict and self.lenient:
            raise UsageError("--strict and --lenient exclude each other", hint="give one of them")
        return Manner.STRICT if self.strict else Manner.LENIENT if self.lenient else Manner.USUAL

    def to_settings(self, session: Session, host: str, stopping: threading.Event) -> Settings:
        """Return the settings; raises :class:`UsageError` for a bad ``--fail``."""
        return Settings(
            api_key=self.api_key and parse_api_key(self.api_key, "in --api-key").reveal(),
            manner=self.manner,
            rate_limit=self.rate_limit or None,
            script=Script(
                to_faults(self.fail or ()),
                to_latencies(self.latency or ()),
                self.retry_after,
                self.seed_random,
            ),
            served_host=host,
            log=RequestLog(lambda record: session.output.note(record.line)),
            warn=session.output.warn,
            sleep=stopping.wait,
        )


@with_session
def serve(session: Session, listen: ListenFlags, behaviour: BehaviourFlags, db: Db = None) -> None:
    """Serve the sandbox over HTTP, for any client, until Ctrl-C or SIGTERM."""
    # One event ends the loop and every wait that --latency asks for.
    stopping = threading.Event()
    settings = behaviour.to_settings(session, listen.host, stopping)
    # The sandbox takes any key and holds whatever was tried out in it.
    if not is_loopback(listen.host):
        session.output.warn(f"{listen.host} may be reached from other machines")
    with _open(session, db) as store:
        serve_app(
            make_app(store, settings),
            Listen(listen.host, listen.port, listen.threads),
            ready=lambda base_url: _say_ready(session, base_url, behaviour.api_key),
            stopping=stopping,
        )


@with_session
def dump(session: Session, db: Db = None) -> None:
    """Print every contact as one JSON object a line."""
    with _open(session, db) as store:
        for contact in store.dump():
            session.output.write_json(contact)


@with_session
def reset(session: Session, db: Db = None, *, yes: Yes = False) -> None:
    """Delete every contact and return to the demonstration lists and properties."""
    from contactctl.sandbox.store import reset_store

    path = _file(session, db)
    # Asked only where somebody sits: test scripts reset it at every run.
    if session.can_ask and not yes:
        session.confirm(f"Empty {path}?")
    _say_aside(session, reset_store(path))
    session.output.show(answers.done(f"reset {path}", {"success": True, "path": str(path)}))


@with_session
def path(session: Session) -> None:
    """Print the file that holds the sandbox's data."""
    found = str(sandbox_file(session.env))
    session.output.show(answers.named("path", found))


@with_session
def suppress(session: Session, email: Address, db: Db = None, *, off: Off = False) -> None:
    """Mark a contact of the sandbox suppressed, to try out suppression."""
    if not email.strip():
        raise UsageError("the address is empty", hint="give the address of a contact")
    with _open(session, db) as store:
        store.suppress(email, on=not off)
    words = f"{email} is {'no longer' if off else 'now'} suppressed"
    session.output.show(answers.done(words, {"success": True, "isSuppressed": not off}))


def _file(session: Session, db: Path | None) -> Path:
    """Return the file with the data; raises :class:`UsageError` for an empty name."""
    if db is not None and not db.name:
        raise UsageError("--db names no file", hint="give the name of a file, or leave it out")
    return db or sandbox_file(session.env)


def _say_aside(session: Session, aside: Path | None) -> None:
    if aside:
        session.output.warn(f"the file that was there could not be used; it is now {aside}")


def _say_ready(session: Session, base_url: str, api_key: str | None) -> None:
    """Print the base URL, and the lines that point contactctl at it."""
    key, which = ("KEY", ", with what --api-key says for KEY") if api_key else ("any-text", "")
    variables = {"CONTACTCTL_BASE_URL": base_url, "LOOPS_API_KEY": key}
    exports = [variable_line(name, value) for name, value in variables.items()]
    answer = answers.named("address", base_url)
    # On stdout first, alone: scripts wait for this line.
    session.output.show(answer)
    session.output.note("\n".join([f"to use it from another terminal{which}:", *exports]))


def _open(session: Session, db: Path | None) -> "Store":
    """Open the file; imported now, since help needs no database."""
    from contactctl.sandbox.store import open_store

    return open_store(_file(session, db))
