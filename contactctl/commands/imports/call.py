"""One call of import: who asks, what is given, how it is meant, and how to go on with it."""

import shlex
from dataclasses import dataclass
from pathlib import Path

from contactctl.changes.update import Wish
from contactctl.commands.imports.flags import (
    ColumnFlags,
    FileFlags,
    GuardFlags,
    SendFlags,
    global_words,
)
from contactctl.files import folder
from contactctl.importing.input_file import STDIN, InputFile
from contactctl.importing.limiter import ASSUMED_LIMIT, Rate
from contactctl.importing.look import Guards
from contactctl.session import Session


@dataclass(frozen=True, slots=True)
class ImportCall:
    """A call of import with its input open."""

    session: Session
    input_file: InputFile
    reading: FileFlags
    columns: ColumnFlags
    guards: GuardFlags
    sending: SendFlags

    @property
    def state(self) -> Path:
        """The folder of journals and of what is remembered."""
        return folder("state", self.session.env)

    @property
    def rate(self) -> Rate:
        """How fast to send; the sandbox in this process has no limit to share."""
        if self.session.credentials.is_sandbox and self.sending.rate is None:
            return Rate(share=1.0)
        return self.sending.to_rate()

    @property
    def expected_per_second(self) -> float:
        """How many requests a second to expect before the service has named its limit."""
        sandbox = self.session.credentials.is_sandbox
        return self.rate.target(None if sandbox else ASSUMED_LIMIT)

    def command(self, *more: str) -> str:
        """Return this call with more flags, as a line to type."""
        file = STDIN if self.input_file.name == STDIN else self.input_file.source.name
        return self._line(file, [*self._words, *more])

    @property
    def guards_of_run(self) -> Guards | None:
        """What rows may do to the contacts that they are found to be of; None without a look."""
        if not self.guards.looks:
            return None
        wish = Wish(
            replace_user_id=self.guards.replace_user_id,
            change_address=self.guards.change_address,
            resubscribe=self.columns.allow_resubscribe,
            must_exist=self.guards.must_exist,
        )
        return Guards(wish)

    @property
    def resume_command(self) -> str:
        """What to type to go on with this run."""
        file = self.input_file.source.name
        words = self._words
        if self.input_file.name == STDIN:
            file = self.input_file.path
            form = self.input_file.source.form
            words += [] if self.reading.form else [f"--format={form}"]
        words += [] if self.sending.resume else ["--resume"]
        return self._line(file, words)

    @property
    def _words(self) -> list[str]:
        groups = (self.reading, self.columns, self.guards, self.sending)
        return [word for group in groups for word in group.words()]

    def _line(self, file: str, words: list[str]) -> str:
        return shlex.join(["contactctl", *global_words(self.session.flags), "import", file, *words])
