"""The flag of every command that writes which keeps the way back, and the file that it names."""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contactctl.errors import UsageError
from contactctl.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contactctl.plans.lines import FileSource
    from contactctl.plans.undo_file import RowOpposites, UndoFile

UndoFlag = Annotated[
    Path | None,
    typer.Option(
        "--undo-file",
        metavar="FILE",
        help="Write down what takes each change back, on disk before it is sent; contactctl apply"
        " FILE does so. FILE must be new. Looks each contact up first, a request more.",
    ),
]


@contextmanager
def open_undo(
    session: Session,
    path: Path,
    source: "FileSource | None" = None,
    *,
    resume: bool = False,
) -> "Iterator[UndoFile]":
    """Open the undo file of a command; with ``resume`` the one of the run that goes on.

    Raises :class:`UsageError` for a file that is there already, :class:`MachineError` where none
    can be made.
    """
    import time

    from contactctl.connection import account_id
    from contactctl.plans.lines import FileAccount, Header
    from contactctl.plans.undo_file import open_undo_file

    credentials = session.credentials
    _ = session.client  # a new sandbox is made now, before it is asked which one it is
    digest = account_id(credentials, session.env)
    account = FileAccount(digest, credentials.team, credentials.base_url)
    header = Header("undo", account, time.time(), source)
    with open_undo_file(path, header, resume=resume) as undo:
        yield undo


@contextmanager
def open_row_undo(
    session: Session, path: Path, source: "FileSource", *, resume: bool
) -> "Iterator[RowOpposites]":
    """Open the undo file of a run over many rows; raises as :func:`open_undo`."""
    from contactctl.plans.undo_file import RowOpposites

    with open_undo(session, path, source, resume=resume) as undo:
        yield RowOpposites(undo)


def check_undo(path: Path | None, *, beside: Path | None = None, resume: bool = False) -> None:
    """Refuse a file that is there already before anything is done for nothing.

    ``beside`` is another file that is written, which must not be the same; ``resume`` goes on with
    one that is there. Raises :class:`UsageError`.
    """
    if path is None:
        return
    if beside is not None and path.resolve() == beside.resolve():
        raise UsageError("--undo-file and --rejects name one file", hint="give one another name")
    if not resume:
        from contactctl.plans.undo_file import refuse_existing

        refuse_existing(path)
