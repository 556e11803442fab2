"""What is done with each contact that a file names, and a run of that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.changes.lookup import find_one
from contactctl.errors import GuardError, NotFoundError
from contactctl.importing.row import Result, failed
from contactctl.importing.sender import RowFailedError

if TYPE_CHECKING:
    from contactctl.changes.lookup import Finder
    from contactctl.importing.row import Job
    from contactctl.importing.sender import MayGoOn


class FindingSender:
    """Looks each contact up, and answers with all of its fields."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder

    def send(self, job: Job, _: MayGoOn) -> Result:
        """Look; raises what ends the whole run, see :meth:`Sender.ask`."""
        try:
            contact = find_one(self._finder, job.change.refs[0])
        except RowFailedError as failure:
            return failed(job.ordinal, failure.error, failure.error.attempts)
        except (GuardError, NotFoundError) as error:
            return failed(job.ordinal, error, 1)
        return Result(job.ordinal, "done", str(contact["id"]), 1, answer=contact)
