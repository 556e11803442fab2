"""The form of a text file: told from its name, its first lines, and what it was said to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from contactctl.importing.reading.csv_head import has_delimiter, sniff_delimiter
from contactctl.importing.reading.json_layout import LINES, Layout, find_layout, looks_like_json

if TYPE_CHECKING:
    from pathlib import Path

FileForm = Literal["csv", "tsv", "jsonl", "json"]

#: How many characters of a file are looked at: enough for its form, however large it is.
SNIFFED_CHARS = 2**16

_FORMS_BY_SUFFIX: dict[str, FileForm] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}


def form_by_name(path: Path) -> FileForm | None:
    """Return the form that a file's name promises, if it promises one."""
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    return _FORMS_BY_SUFFIX.get(suffixes[-1]) if suffixes else None


def form_of(
    start: str, given: FileForm | None, by_name: FileForm | None, name: str
) -> tuple[FileForm, Layout]:
    """Return the form of a file that begins so: as ``given``, else by content, else by name.

    The layout is that of JSON. Raises :class:`UsageError` for JSON that holds no rows.
    """
    is_json = looks_like_json(start)
    if given in {"csv", "tsv"} or not (is_json or given or by_name in {"json", "jsonl"}):
        return given or by_name or "csv", LINES
    # Many tools write CSV under any name; a JSON file begins with a bracket.
    if given is None and not is_json and has_delimiter(start):
        return "csv", LINES
    if not is_json or (given == "jsonl" and start.lstrip().startswith("[")):
        form = given or by_name or "jsonl"
        return form, Layout("array" if form == "json" else "lines")
    layout = find_layout(start, name, is_whole=len(start) < SNIFFED_CHARS)
    return "jsonl" if layout.kind in {"lines", "objects"} else "json", layout


def find_delimiter(start: str, form: FileForm) -> str:
    """Return the delimiter of a CSV or TSV file that begins so."""
    start = start.lstrip("\r\n ")
    if form == "tsv" and "\t" in start.replace("\r", "\n").partition("\n")[0]:
        return "\t"
    # The last line may have been cut, unless it is the only one.
    whole = start[: max(start.rfind("\n"), start.rfind("\r")) + 1]
    return sniff_delimiter(whole if len(start) >= SNIFFED_CHARS // 2 and whole else start)
