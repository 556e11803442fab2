"""Rows of many contacts that are written to, as they are told: what was done, or would be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.errors import NotFoundError
from contactctl.exact_json import Number
from contactctl.importing.checking.report import would_of
from contactctl.safe_text import to_safe

if TYPE_CHECKING:
    from contactctl.importing.row import Finished
    from contactctl.output import Output


def told_row(output: Output, finished: Finished) -> None:
    """Print what became of a row, where programs read it."""
    if output.form == "json":
        output.write_json(finished.to_json_object())


def tell_would(output: Output, finished: Finished) -> None:
    """Print what would become of a row."""
    job, result = finished
    is_missing = result.error is not None and result.error.code == NotFoundError.code
    would = "nothing" if is_missing else would_of(result)
    if output.form != "json":
        who = [job.change.email or "", job.change.user_id or ""]
        line = "\t".join(map(to_safe, [would, *who]))
        output.write_lines([would if output.quiet else output.shown(line)])
        return
    output.write_json(
        {
            "line": Number(str(job.row.line)),
            "email": job.change.email,
            "userId": job.change.user_id,
            "would": would,
            "id": result.id,
            "error": None if result.error is None else result.error.to_json_object(),
        }
    )
