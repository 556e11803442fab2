"""One call of import: who asks, what is given, how it is meant, and how to go on with it."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from contactctl.changes.update import Wish
from contactctl.commands.imports.file_flags import ColumnFlags, FileFlags, MapFlags
from contactctl.commands.imports.map_file import merged
from contactctl.commands.imports.sending_flags import GuardFlags, SendFlags
from contactctl.commands.imports.way_out import SOURCE
from contactctl.files import folder
from contactctl.flags.file_account import team_words
from contactctl.flags.undo_flag import open_row_undo
from contactctl.importing.checking.plan import Plan
from contactctl.importing.pacing.pacer import Rate
from contactctl.importing.reading.input_file import STDIN, InputFile
from contactctl.importing.sending.look import Guards
from contactctl.runs.flag_words import global_words, without_mapped_anew
from contactctl.runs.limits import address_check
from contactctl.runs.pace import expected_per_second, rate_of
from contactctl.runs.patience import usual_patience_s
from contactctl.runs.resuming import resumed_input
from contactctl.session import DEFAULT_RETRIES, Session
from contactctl.shells import call_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from contactctl.importing.sending.look import Opposites
    from contactctl.importing.sending.work import RunOptions


@dataclass(frozen=True, slots=True)
class ImportCall:
    """A call of import with its input open.

    ``kept`` are flags of columns from a file, ``instead`` the words that keep it from writing.
    """

    session: Session
    input_file: InputFile
    reading: FileFlags
    given: ColumnFlags
    maps: MapFlags
    kept: ColumnFlags
    guards: GuardFlags
    sending: SendFlags
    instead: tuple[str, ...] = ()

    @property
    def columns(self) -> ColumnFlags:
        """The flags of columns in force: those of the call, laid over those of a file."""
        return merged(self.given, self.kept)

    @property
    def state(self) -> Path:
        """The folder of journals and of what is remembered."""
        return folder("state", self.session.env)

    @property
    def rate(self) -> Rate:
        """How fast to send; the sandbox in this process has no limit to share."""
        return rate_of(self.session, self.sending.rate)

    @property
    def patience_s(self) -> float:
        """How long a service that is away is waited for; less where somebody looks on."""
        return self.sending.patience_s(usual_patience_s(self.session))

    @property
    def expected_per_second(self) -> float:
        """How many requests a second to expect, by the limit that the service named last."""
        return expected_per_second(self.session, self.rate)

    def command(self, *more: str) -> str:
        """Return this call with more flags, as a line to type."""
        # Not the copy's name: it is gone when the command is typed.
        file = STDIN if self.input_file.passes_once else self.input_file.source.name
        # Whoever asked for a plan or a dry run must not write by the line that is pasted.
        words = [*self._words(), *self.instead]
        return self._line(file, [*without_mapped_anew(words, more), *more])

    def ready_line(self, *more: str) -> str:
        """Return :meth:`command` as it is offered: what wrote the rows to a pipe is not known."""
        line = self.command(*more)
        return f"{SOURCE} | {line}" if self.input_file.passes_once else line

    def limit(self, plan: Plan) -> int | None:
        """Return how many rows of the file are taken where that is not all of them."""
        limit = self.sending.limit
        # A limit that cuts nothing off would keep the run from being finished.
        return limit if limit is not None and limit < plan.report.rows else None

    def rows(self, plan: Plan) -> int:
        """Return how many rows of the file are taken."""
        return self.limit(plan) or plan.report.rows

    def options(self, plan: Plan) -> "RunOptions":
        """Return how to run the import."""
        from contactctl.importing.sending.work import RunOptions

        sending, retries = self.sending, self.session.flags.retries
        return RunOptions(
            self.rate,
            DEFAULT_RETRIES if retries is None else retries,
            self.patience_s,
            max_failures=sending.max_failures,
            changed_only=sending.changed_only,
            resume=sending.resume,
            guards=self.guards_of_run,
            limit=self.limit(plan),
            opposites=self._opposites(plan),
        )

    def _opposites(self, plan: Plan) -> "Callable[[], AbstractContextManager[Opposites]] | None":
        """Return what opens the undo file; None where none is asked for."""
        path, identity = self.guards.undo_file, plan.identity
        if path is None:
            return None
        from contactctl.plans.lines import FileSource

        source = FileSource(plan.source.name, identity.digest, identity.mapping)
        resume = self.sending.resume
        return lambda: open_row_undo(self.session, path, source, resume=resume)

    @property
    def guards_of_run(self) -> Guards | None:
        """What rows may do to the contacts that they are found to be of; None without a look-up."""
        if not self.guards.looks:
            return None
        wish = Wish(
            replace_user_id=self.guards.replace_user_id,
            change_address=self.guards.change_address,
            resubscribe=self.columns.allow_resubscribe,
            must_exist=self.guards.must_exist,
        )
        return Guards(wish, address_check(self.session))

    @property
    def rest_command(self) -> str:
        """What to type to go on with the rows that ``--limit`` has left."""
        return replace(self, sending=replace(self.sending, limit=None)).resume_command

    @property
    def resume_command(self) -> str:
        """What to type to go on with this run."""
        # What is to be saved has been, and what was agreed to is there.
        given = self._words(replace(self.maps, save_map=None, yes=False))
        file, words = resumed_input(self.input_file, given, has_form=bool(self.reading.form))
        words += [] if self.sending.resume else ["--resume"]
        return self._line(file, words)

    def _words(self, maps: MapFlags | None = None) -> list[str]:
        groups = (self.reading, self.given, maps or self.maps, self.guards, self.sending)
        return [word for group in groups for word in group.words()]

    def _line(self, file: str, words: list[str]) -> str:
        words = ["import", file, *words, *team_words(self.session)]
        return call_line([*global_words(self.session.flags), *words])
