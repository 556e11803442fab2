"""For every output that a command declares, calls that print it, all of them in the sandbox."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from contactctl.schema.document import OUTPUTS

if TYPE_CHECKING:
    from collections.abc import Iterator

_WHO = "--email ada@example.com"
_NEWS = "cm06f5v0e45nf0ml5754o9cix"


class Sample(NamedTuple):
    """A call, the command and the flag whose output it prints, and the calls made before it."""

    path: str
    line: str
    flag: str | None = None
    before: tuple[str, ...] = ()

    @property
    def words(self) -> list[str]:
        """The words of the call, in the sandbox and in JSON."""
        return [*words_of(self.line), "-o", "json"]

    def __str__(self) -> str:
        return self.line


def words_of(line: str) -> list[str]:
    """Return the words of a call in the sandbox."""
    own = not line.startswith("profile") or line.startswith("profile check")
    return [*shlex.split(line), *(["--sandbox"] if own else [])]


_FULL = (
    f"create {_WHO} --user-id 42 --first-name Ada --prop seats:=9007199254740993"
    f" --prop trial=false --prop signupDate=2024-01-17 --list {_NEWS}=true"
)
_BARE = f"update {_WHO}"
_ADD = "profile add work --no-check --key-env WORK_KEY"

_WRITES = (
    Sample("update", f"update {_WHO} --first-name Ada"),
    Sample("update", f"update {_WHO} --dry-run", "--dry-run"),
    Sample("update", f"update {_WHO} --first-name A --dry-run", "--dry-run", (_FULL,)),
    Sample("update", f"update {_WHO} --list {_NEWS}=false --dry-run", "--dry-run", (_FULL,)),
    Sample("update", f"update {_WHO} --dry-run", "--dry-run", (_BARE,)),
    Sample("update", "update --user-id 43 --dry-run", "--dry-run"),
    Sample("update", f"update {_WHO} --dry-run --exit-code", "--dry-run"),
    Sample("update", f"update {_WHO} --dry-run --offline", "--dry-run"),
    Sample("create", f"create {_WHO}"),
    Sample("create", f"create {_WHO} --prop plan=pro --dry-run", "--dry-run"),
    Sample("create", f"create {_WHO} --dry-run", "--dry-run", (_BARE,)),
    Sample("create", f"create {_WHO} --dry-run --offline", "--dry-run"),
    Sample("delete", f"delete {_WHO} --yes", before=(_BARE,)),
    Sample("delete", f"delete {_WHO} --dry-run", "--dry-run", (_BARE,)),
)
_FILE = Path(__file__).with_name("people.csv")
_ACCOUNT = Path(__file__).with_name("account.json")
_IMPORTS = (
    Sample("import", f"import {_FILE}"),
    Sample("import", f"import {_FILE} --changed-only", before=(f"import {_FILE} -q",)),
    Sample("import", f"import {_FILE} --resume", before=(f"import {_FILE} -q",)),
    Sample("import", f"import {_FILE} --set source=crm --no-schema", before=(_FULL,)),
    Sample("import", f"import {_FILE} --dry-run", "--dry-run"),
    Sample("import", f"import {_FILE} --dry-run --changed-only", "--dry-run", (f"import {_FILE}",)),
    Sample("import", f"import {_FILE} --dry-run --exit-code", "--dry-run"),
)
_PLAN = f"import {_FILE} --plan plan.jsonl"
_PLANS = (
    Sample("update", f"update {_WHO} --first-name A --plan p.jsonl", "--plan"),
    Sample("create", f"create {_WHO} --plan p.jsonl", "--plan"),
    Sample("delete", f"delete {_WHO} --plan p.jsonl", "--plan", (_BARE,)),
    Sample("import", _PLAN, "--plan", (_BARE,)),
    Sample("apply", "apply plan.jsonl", None, (_BARE, _PLAN)),
    Sample("apply", "apply plan.jsonl --dry-run", "--dry-run", (_BARE, _PLAN)),
    Sample("apply", "apply plan.jsonl --dry-run", "--dry-run", (_PLAN, _FULL)),
)
_SUPPRESSED = (_BARE, "sandbox suppress ada@example.com")
_LOOKS = (
    Sample("find", f"find {_WHO}", before=(_FULL,)),
    Sample("find", f"find {_WHO}", before=(_BARE,)),
    *(
        Sample("find", f"find {_WHO} --field {name}", "--field", (_FULL,))
        for name in ("email", "seats", "trial", "plan", "mailingLists")
    ),
    *(
        Sample(path, f"{path} --from {_FILE}{more}", "--from", (_FULL, f"import {_FILE}", *before))
        for path, more, before in (
            ("find", "", ()),
            ("delete", " --confirm 2 --undo-file u.jsonl", ()),
            ("delete", " --dry-run", ()),
            ("suppression check", "", _SUPPRESSED[1:]),
            ("suppression remove", " --yes", _SUPPRESSED[1:]),
            ("suppression remove", " --dry-run", _SUPPRESSED[1:]),
        )
    ),
    Sample("suppression check", f"suppression check {_WHO}", before=(_BARE,)),
    Sample("suppression check", f"suppression check {_WHO}", before=_SUPPRESSED),
    Sample("suppression remove", f"suppression remove {_WHO} --yes", before=_SUPPRESSED),
    Sample("suppression remove", f"suppression remove {_WHO} --dry-run", "--dry-run", _SUPPRESSED),
    Sample("suppression remove", f"suppression remove {_WHO} --dry-run", "--dry-run", (_BARE,)),
    Sample("properties list", "properties list"),
    Sample("properties list", "properties list --custom"),
    Sample("properties create", "properties create renewedAt --type date"),
    Sample("properties create", "properties create renewedAt --type date --dry-run", "--dry-run"),
    Sample("properties create", "properties create plan --type string --dry-run", "--dry-run"),
)
_OWN = (
    Sample("profile add", _ADD),
    Sample("profile add", "profile add live --no-check --key-command 'op read x' --read-only"),
    Sample("profile list", "profile list"),
    Sample("profile list", "profile list", before=(f"{_ADD} --only-domains a.com,b.org",)),
    Sample("profile use", "profile use work", before=(_ADD,)),
    Sample("profile show", "profile show"),
    Sample("profile show", "profile show", before=(_ADD,)),
    Sample("profile show", "profile show --sandbox", before=(_ADD,)),
    Sample("profile remove", "profile remove work --yes", before=(_ADD,)),
    Sample("sandbox dump", "sandbox dump"),
    Sample("sandbox dump", "sandbox dump", before=(_FULL, "update --email b@example.com")),
    Sample("sandbox dump", "sandbox dump --all", "--all", (_FULL,)),
    Sample("sandbox load", f"sandbox load {_ACCOUNT}"),
    Sample("sandbox reset", "sandbox reset --yes"),
    Sample("sandbox suppress", "sandbox suppress ada@example.com", before=(_BARE,)),
    Sample("sandbox suppress", "sandbox suppress ada@example.com --off", before=_SUPPRESSED),
    Sample("completion", "completion bash"),
    Sample("completion", "completion powershell"),
)
_TOLD = (*_WRITES, *_IMPORTS, *_PLANS, *_LOOKS, *_OWN)
#: A command of which nothing is told here needs no words but its own; the server does not end.
_TOLD_PATHS = frozenset(one.path for one in _TOLD)
SAMPLES = (
    *_TOLD,
    *(
        Sample(path, path)
        for path in OUTPUTS
        if path not in _TOLD_PATHS and path != "sandbox serve"
    ),
)


def sampled() -> Iterator[tuple[str, str | None]]:
    """Yield the command and the flag of every sample."""
    for sample in SAMPLES:
        yield sample.path, sample.flag
