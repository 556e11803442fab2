"""The flag of every command that writes which keeps the way back, and the file that it names."""

from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contactctl.changes.lookup import describe, find_one, look_up
from contactctl.changes.preview import preview_create
from contactctl.errors import ConflictError, UsageError
from contactctl.flags import WAY
from contactctl.flags.file_account import account_of
from contactctl.flags.preview_flags import DryRunFlags
from contactctl.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from contactctl.changes.draft import DeclaredTypes
    from contactctl.changes.update import Plan
    from contactctl.contact import ContactChange, ContactRef
    from contactctl.plans.lines import FileSource, Planned
    from contactctl.plans.undo_file import RowOpposites, UndoFile

UndoFlag = Annotated[
    Path | None,
    typer.Option(
        "--undo-file",
        metavar="FILE",
        help="Write the opposite of each change to FILE before the change is sent; contactctl"
        " apply FILE then undoes it. FILE must be new. Looks each contact up first, which costs"
        " one more request.",
        rich_help_panel=WAY,
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

    Raises :class:`UsageError` for a file that already exists, :class:`MachineError` where none
    can be made.
    """
    import time

    from contactctl.connection import OfflineError
    from contactctl.plans.lines import Header
    from contactctl.plans.undo_file import open_undo_file

    header = Header("undo", account_of(session), time.time(), source)
    with open_undo_file(path, header, resume=resume) as undo:
        # For a name nobody is asked; the sandbox keeps no cache and costs no request.
        is_sandbox = session.credentials.is_sandbox
        account = session.account if is_sandbox else session.offline_account
        with suppress(OfflineError):
            undo.lists = {one.id: one.name for one in account.lists()}
        yield undo


class Undo:
    """The undo file of a command that writes to one contact; nothing where none is asked for.

    Raises :class:`UsageError` for a file that already exists.
    """

    def __init__(self, session: Session, path: Path | None, preview: DryRunFlags) -> None:
        self._session = session
        # A dry run writes nothing at all, so that its name stays free for the run itself.
        self._path = None if preview.dry_run else path
        check_undo(self._path)

    @property
    def is_kept(self) -> bool:
        """Tell whether there is one to be written."""
        return self._path is not None

    def of_update(
        self, plan: "Plan", declared: "DeclaredTypes | None"
    ) -> "AbstractContextManager[None]":
        """Keep what takes an update back while it is made."""

        def opposites() -> "Iterator[Planned]":
            from contactctl.plans.opposite import opposites_of

            return opposites_of(plan, declared)

        return self._kept(opposites)

    def of_creation(
        self, change: "ContactChange", declared: "DeclaredTypes | None"
    ) -> "AbstractContextManager[None]":
        """Keep what takes a creation back while it is made.

        Raises :class:`ConflictError` where the contact is there: it is not this call's to delete.
        """

        def opposites() -> "Iterator[Planned]":
            from contactctl.plans.opposite import opposite_of

            found = look_up(self._session.client, change.refs).contact
            if found is not None:
                raise ConflictError(
                    f"cannot create {change.words}: there is {describe(found)}",
                    hint="change the existing contact with `contactctl update`",
                )
            yield opposite_of(None, preview_create(change, None, declared).changes)

        return self._kept(opposites)

    def of_deletion(self, ref: "ContactRef") -> "AbstractContextManager[None]":
        """Keep what recreates a contact while it is deleted.

        Raises :class:`NotFoundError` where there is none.
        """

        def opposites() -> "Iterator[Planned]":
            from contactctl.plans.opposite import opposite_of_deletion

            yield opposite_of_deletion(find_one(self._session.client, ref))

        return self._kept(opposites)

    @contextmanager
    def _kept(self, opposites: "Callable[[], Iterator[Planned]]") -> "Iterator[None]":
        if self._path is None:
            yield
            return
        found = list(opposites())  # before the file is made: nobody may be there to be changed
        with open_undo(self._session, self._path) as undo:
            for planned in found:
                undo.add(planned)
            yield
            # Only where the write came back: after a failure nobody knows whether it was made.
            undo.finish()


@contextmanager
def open_row_undo(
    session: Session, path: Path, source: "FileSource", *, resume: bool
) -> "Iterator[RowOpposites]":
    """Open the undo file of a run over many rows; raises as :func:`open_undo`."""
    from contactctl.plans.undo_file import RowOpposites

    with open_undo(session, path, source, resume=resume) as undo:
        yield RowOpposites(undo)


def check_undo(path: Path | None, *, beside: Path | None = None, resume: bool = False) -> None:
    """Refuse a file that already exists before anything is done for nothing.

    ``beside`` is another file that is written, which must not be the same; ``resume`` goes on with
    one that is there. Raises :class:`UsageError`.
    """
    if path is None:
        return
    if beside is not None and path.resolve() == beside.resolve():
        raise UsageError(
            "--undo-file and --rejects name the same file", hint="give one of them another name"
        )
    if not resume:
        from contactctl.plans.undo_file import refuse_existing

        refuse_existing(path)
