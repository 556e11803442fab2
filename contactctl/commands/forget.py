"""forget: what imports left on this machine, shown and removed."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from contactctl import answers
from contactctl.account.cache import account_digest
from contactctl.connection import account_id
from contactctl.contact import ContactRef
from contactctl.errors import ContactctlError, MachineError, UsageError
from contactctl.exact_json import JsonObject
from contactctl.files import folder, journal_folder, sandbox_file, sent_file
from contactctl.flags import REMOVAL
from contactctl.flags.contact_flags import Yes
from contactctl.flags.options import with_session
from contactctl.importing.keeping.applied import KEPT_DAYS as APPLIED_DAYS
from contactctl.importing.keeping.applied import Applied
from contactctl.importing.keeping.kept import (
    Kept,
    check_journals_readable,
    holds,
    identity_of,
    is_running,
    kept_files,
    remove,
)
from contactctl.importing.keeping.sent_memory import KEPT_DAYS, open_sent_memory
from contactctl.output import Answer
from contactctl.profiles.credentials import resolve
from contactctl.safe_text import quoted
from contactctl.session import SANDBOX_PROFILE, Session
from contactctl.wording import counted

EXAMPLES = {
    "forget": (
        "contactctl forget",
        "contactctl forget ada@example.com",
        "contactctl forget --all --yes",
    )
}

Address = Annotated[
    str | None,
    typer.Argument(
        metavar="ADDRESS",
        help="Remove whatever holds this address; left out, show everything.",
        rich_help_panel=REMOVAL,
    ),
]
Everything = Annotated[
    bool,
    typer.Option(
        "--all",
        help="Remove everything, except what a run in progress needs.",
        rich_help_panel=REMOVAL,
    ),
]

_KIND_WORDS = {
    "finished_run": "finished run",
    "unfinished_run": "unfinished run",
    "stdin_copy": "copy of standard input",
    "leftover": "leftover of a killed run",
    "applied_plans": "notes of applied plans",
    "sent_memory": "memory of sent rows",
    "cache": "properties or lists",
    "sandbox": "sandbox",
}
_COLUMNS = ("what", "of", "age", "removed", "where")
_NOTHING_KEPT = "nothing is kept"


@dataclass(frozen=True, slots=True)
class _Item:
    """One thing that is kept, a ``file`` of imports or another; ``goes`` says when it goes."""

    kind: str
    path: Path
    of: str
    goes: str
    saved_at: float
    running: bool = False
    goes_at: float | None = None
    file: Kept | None = None

    def to_json_object(self) -> JsonObject:
        """Return it as a program reads it."""
        return {
            "kind": self.kind,
            "path": str(self.path),
            "of": self.of,
            "savedAt": _instant(self.saved_at),
            "goesAt": _instant(self.goes_at),
            "running": self.running,
        }

    def cells(self, now: float) -> list[str]:
        """Return its row of the table."""
        what = "run under way" if self.running else _KIND_WORDS[self.kind]
        return [what, self.of, _days(now - self.saved_at), self.goes, str(self.path)]


@with_session
def forget(
    session: Session, address: Address = None, *, everything: Everything = False, yes: Yes = False
) -> None:
    """Show what imports left on this machine, or remove what holds an address, or all of it.

    A finished run is kept for 7 days, an unfinished one and its copy of standard input for 30,
    digests of what was sent for 30. Each command that writes removes what has expired. A run that
    is under way is never touched; one that was removed cannot be resumed. That a plan was applied
    is noted for a year, without an address, and stays, so that none is applied twice.
    """
    _check(address, everything=everything)
    session.run.only_reads = address is None and not everything
    # What cannot be looked at may be there: to say that nothing is kept would be a guess.
    check_journals_readable(journal_folder(session.env), files_too=address is not None)
    if session.run.only_reads:
        session.output.show(_answer(_items(session), [], empty=_NOTHING_KEPT))
        return
    if everything and not yes:
        session.confirm("Remove all that imports left on this machine?")
    removed: list[_Item] = []
    left: list[_Item] = []
    # All of them first: what is removed on the way changes the folder that is read.
    for item in list(_items(session)):
        gone = _remove(session, item) if address is None else _remove_of(session, item, address)
        if gone is not None:
            (removed if gone else left).append(item)
    # Read again: what stayed is what is there now.
    session.output.show(_answer(_items(session), removed, empty="nothing to remove"))
    if any(item.kind in {"unfinished_run", "stdin_copy"} for item in removed):
        session.output.note("an unfinished run that was removed cannot be resumed")
    if everything and any(item.kind == "applied_plans" for item in _items(session)):
        session.output.note(
            "the notes of applied plans stay: they hold no address, and without them a plan could"
            " be applied twice"
        )
    if left:
        running = any(item.running for item in _items(session))
        wait = "wait for the runs in progress to end, or stop them"
        way = wait if running else "check the permissions of their folders"
        raise MachineError(
            f"{counted(len(left), 'file')} stayed: {', '.join(str(item.path) for item in left)}",
            hint=f"{way}; then run this again",
        )


def _check(address: str | None, *, everything: bool) -> None:
    if address is None:
        return
    if everything:
        raise UsageError("ADDRESS and --all are both given", hint="give one of them")
    if "@" not in address.strip("@"):
        raise UsageError(f"{quoted(address)} is not an email address", hint="give one, or --all")


def _items(session: Session) -> Iterator[_Item]:
    """Yield what is kept; nothing is made where there is nothing."""
    yield from _files_of_imports(session)
    applied = Applied(journal_folder(session.env))
    plans = applied.count()
    others = [
        ("sent_memory", sent_file(session.env), f"{KEPT_DAYS} days after each row"),
        *(("cache", path, "when fetched again") for path in _cache_files(session)),
    ]
    with suppress(MachineError):  # no home folder: no sandbox either
        others.append(("sandbox", sandbox_file(session.env), "by contactctl sandbox reset"))
    if plans:
        others.append(("applied_plans", applied.folder, f"{APPLIED_DAYS} days after each plan"))

    for kind, path, goes in others:
        # Not asked for first: what is there may go in between.
        with suppress(OSError):
            saved_at = path.stat().st_mtime
            of = counted(plans, "plan") if kind == "applied_plans" else ""
            of = _remembered(path) if kind == "sent_memory" else of
            yield _Item(kind, path, of, goes, saved_at)


def _files_of_imports(session: Session) -> Iterator[_Item]:
    now, files = time.time(), kept_files(journal_folder(session.env))
    for one in files:
        identity = identity_of(one)
        of = "" if identity is None else f"{identity.source}, {counted(identity.rows, 'row')}"
        # A finished run is nobody's work any more, and to ask takes a lock.
        running = one.kind != "finished_run" and is_running(one, files)
        goes = "after the run" if running else f"in {_days(one.goes_at - now)}"
        goes_at = None if running else one.goes_at
        yield _Item(one.kind, one.path, of, goes, one.saved_at, running, goes_at, one)


def _answer(kept: Iterable[_Item], removed: Sequence[_Item], *, empty: str) -> Answer:
    """Return what is kept, or what was removed, as a table; JSON has both."""
    now, kept = time.time(), list(kept)
    shown = removed if empty != _NOTHING_KEPT else kept
    return answers.table(
        _COLUMNS,
        [item.cells(now) for item in shown],
        json={
            "kept": [item.to_json_object() for item in kept],
            "removed": [item.to_json_object() for item in removed],
        },
        empty=empty,
        whole=("where",),
    )


def _remove(session: Session, item: _Item) -> bool | None:
    """Remove an item; false when a run under way needs it, None when it is no import's."""
    if item.file is not None:
        return _removed(session, item.file)
    if item.kind == "cache":
        return _unlinked(item.path)
    if item.kind == "sent_memory":
        # A run under way has the file open, and would go on writing to what has no name.
        files = kept_files(journal_folder(session.env))
        return not any(is_running(one, files) for one in files) and _unlinked(item.path)
    # The sandbox has a command of its own to empty it, and is not what imports left.
    return None


def _remove_of(session: Session, item: _Item, address: str) -> bool | None:
    """Remove what an item holds of an address; None when that is nothing."""
    if item.kind == "sent_memory":
        # Digests are keyed by account: each account that may have one is tried.
        return _erased(session, item.path.parent, address) or None
    file = item.file
    return None if file is None or not holds(file, address) else _removed(session, file)


def _removed(session: Session, one: Kept) -> bool:
    # Only a copy of standard input belongs to another file's run, which may have begun by now.
    files = kept_files(journal_folder(session.env)) if one.kind == "stdin_copy" else ()
    return remove(one, files)


def _erased(session: Session, state: Path, address: str) -> bool:
    """Erase an address from the memory of every account that this machine knows of."""
    found = False
    for account in _accounts(session):
        with open_sent_memory(state, account) as memory:
            found |= memory.erase([ContactRef("email", address)])
    return found


def _accounts(session: Session) -> set[str]:
    """Return the accounts of the profiles, of the runs, of the sandbox, and the one in force."""
    identities = map(identity_of, kept_files(journal_folder(session.env)))
    found = {identity.account for identity in identities if identity is not None}
    with suppress(ContactctlError):
        found |= {
            account_digest(profile.base_url, profile=name, team=profile.team)
            for name, profile in session.profiles.load().profiles.items()
        }
    # Accounts without a profile are known by their key alone, which is in no file.
    for name in (session.flags.explicit_profile, SANDBOX_PROFILE):
        with suppress(ContactctlError):
            credentials = resolve(name, session.env, session.profiles)
            found.add(account_id(credentials, session.env))
    return found


def _remembered(path: Path) -> str:
    with suppress(ContactctlError), open_sent_memory(path.parent, "") as memory:
        return counted(memory.count(), "contact")
    return "damaged"


def _cache_files(session: Session) -> list[Path]:
    with suppress(OSError, MachineError):  # there is nobody's address in them
        # By their names, since somebody may have given the cache a folder with other things in it.
        found = folder("cache", session.env).iterdir()
        return sorted(path for path in found if path.name.startswith(("properties-", "lists-")))
    return []


def _unlinked(path: Path) -> bool:
    with suppress(OSError):
        path.unlink()
        # SQLite would take it for the way back of whatever gets the name next.
        path.with_name(path.name + "-journal").unlink(missing_ok=True)
    return not path.exists()


def _days(seconds: float) -> str:
    """Say a time in days, or in hours where it is less than two."""
    hours = max(int(seconds // 3600), 0)
    return counted(hours, "hour") if hours < 2 * 24 else counted(hours // 24, "day")


def _instant(moment: float | None) -> str | None:
    return None if moment is None else time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
