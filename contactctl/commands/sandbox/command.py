"""sandbox serve, load, dump, reset, path, suppress."""

import threading
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contactctl import answers
from contactctl.base_url import is_loopback
from contactctl.commands.sandbox.documents import account_document, document_of, dump_all, load_into
from contactctl.commands.sandbox.flags import (
    BehaviourFlags,
    DataFlags,
    Db,
    ListenFlags,
    check_file,
)
from contactctl.errors import UsageError
from contactctl.exact_json import to_json
from contactctl.files import sandbox_file
from contactctl.flags import DATA, SUPPRESSION
from contactctl.flags.contact_flags import Yes
from contactctl.flags.options import with_session
from contactctl.session import Session
from contactctl.shells import variable_line
from contactctl.wording import counted

if TYPE_CHECKING:
    from contactctl.exact_json import JsonObject
    from contactctl.sandbox.request_log import Record, RequestLog
    from contactctl.sandbox.store import Store

EXAMPLES = {
    "serve": (
        "contactctl sandbox serve",
        "contactctl sandbox serve --port 0 --memory --seed account.json",
        "contactctl sandbox serve --rate-limit 50 --latency 80 --fail 503@3 --fail 500:0.05",
    ),
    "load": (
        "contactctl sandbox load account.json",
        "contactctl sandbox load --account --profile work",
    ),
    "dump": (
        "contactctl sandbox dump | jq -r .email",
        "contactctl sandbox dump --all > account.json",
    ),
    "reset": ("contactctl sandbox reset --yes",),
    "path": ("contactctl sandbox path",),
    "suppress": (
        "contactctl sandbox suppress ada@example.com",
        "contactctl sandbox suppress ada@example.com --off",
    ),
}

#: One of what a document loads many of.
_ONE = {"lists": "list", "properties": "property", "contacts": "contact"}

Address = Annotated[
    str,
    typer.Argument(
        metavar="ADDRESS", help="The contact's email address.", rich_help_panel=SUPPRESSION
    ),
]
Off = Annotated[bool, typer.Option("--off", help="Remove the mark.", rich_help_panel=SUPPRESSION)]
All = Annotated[
    bool,
    typer.Option(
        "--all",
        help="Print lists, properties and the rest as well, in the form that load takes.",
        rich_help_panel=DATA,
    ),
]
File = Annotated[
    Path | None,
    typer.Argument(
        metavar="FILE", help="What to load; - reads standard input.", rich_help_panel=DATA
    ),
]
OfAccount = Annotated[
    bool,
    typer.Option(
        "--account",
        help="Load the lists and properties of the account in force, and no contacts.",
        rich_help_panel=DATA,
    ),
]


@with_session
def serve(
    session: Session, listen: ListenFlags, behaviour: BehaviourFlags, data: DataFlags
) -> None:
    """Serve the sandbox over HTTP, for any client, until Ctrl-C or SIGTERM."""
    from dataclasses import replace

    from contactctl.sandbox.app import make_app
    from contactctl.sandbox.server import Listen
    from contactctl.sandbox.server import serve as serve_app

    data.check()
    # One event ends the loop and every wait that --latency asks for.
    stopping = threading.Event()
    settings = behaviour.to_settings(session, listen, stopping)
    seed = None if data.seed is None else document_of(session, data.seed)
    # The sandbox takes any key and holds whatever was tried out in it.
    if not is_loopback(listen.host):
        session.output.warn(f"{listen.host} may accept connections from other machines")
    with ExitStack() as stack:
        store = stack.enter_context(_open_served(session, data))
        if seed is not None:
            load_into(store, seed)
        log = log_of(session, data.log, stack)
        serve_app(
            make_app(store, replace(settings, log=log, seed=seed)),
            Listen(listen.host, listen.port, listen.threads),
            ready=lambda base_url: _say_ready(session, base_url, behaviour.api_key),
            stopping=stopping,
        )


@with_session
def load(
    session: Session, file: File = None, db: Db = None, *, of_account: OfAccount = False
) -> None:
    """Put lists, properties, contacts and the rest of a file in the place of the sandbox's own.

    What the file does not name stays. The form is that of sandbox dump --all.
    """
    if (file is None) is not of_account:
        raise UsageError("nothing to load is named, or two things", hint="give FILE or --account")
    document = document_of(session, file) if file else account_document(session)
    with _open(session, db) as store:
        counts = load_into(store, document)
    words = ", ".join(
        counted(int(to_json(count)), _ONE.get(name, name), name) for name, count in counts.items()
    )
    reply: JsonObject = {"success": True, "loaded": counts}
    session.output.show(answers.done(f"loaded {words or file}", reply))


@with_session
def dump(session: Session, db: Db = None, *, everything: All = False) -> None:
    """Print every contact as one JSON object a line."""
    with _open(session, db) as store:
        if everything:
            dump_all(session, store)
            return
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


def log_of(session: Session, path: Path | None, stack: ExitStack) -> "RequestLog":
    """Return the log of a server: a line for a person, and the file that ``--log`` names."""
    from contactctl.sandbox.log_file import open_log_file
    from contactctl.sandbox.request_log import RequestLog

    file = None if path is None else stack.enter_context(open_log_file(path, session.output.warn))

    def tell(record: "Record") -> None:
        session.output.note(record.line)
        if file is not None:
            file.write(record.text)

    return RequestLog(tell)


def _file(session: Session, db: Path | None) -> Path:
    """Return the file with the data; raises :class:`UsageError` for an empty name."""
    check_file("--db", db)
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
    page = base_url.removesuffix("/api") + "/"
    lines = [f"to watch it: {page}", f"to use it from another terminal{which}:", *exports]
    session.output.note("\n".join(lines))


def _open_served(session: Session, data: DataFlags) -> "Store":
    if not data.memory:
        return _open(session, data.db)
    from contactctl.sandbox.store import open_memory_store

    return open_memory_store()


def _open(session: Session, db: Path | None) -> "Store":
    """Open the file; imported now, since help needs no database."""
    from contactctl.sandbox.store import open_store

    return open_store(_file(session, db))
