"""suppression check --from and remove --from: statuses in order, removals within the quota."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Semaphore
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from command_calls import SUPPRESSED, key_for, serve
from fault_server import reply_json
from import_process import json_lines
from sandbox_cli import in_sandbox, saved

from contactctl.exact_json import Number

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli, Done
    from fault_server import Behaviour, Visit

    from contactctl.exact_json import JsonObject

ADA, BOB, NOBODY = (f"{name}@example.com" for name in ("ada", "bob", "nobody"))


@pytest.fixture
def people(cli: Cli, tmp_path: Path) -> Path:
    """Have one suppressed contact and one that is not, and return a list of them and nobody."""
    saved(cli, "-e", ADA, "-u", "42")
    saved(cli, "-e", BOB)
    assert cli("sandbox", "suppress", ADA).code == 0
    file = tmp_path / "people.txt"
    file.write_text(f"{BOB}\n{NOBODY}\n{ADA}\n42\n")
    return file


def asked(cli: Cli, what: str, file: Path, *words: str) -> Done:
    return in_sandbox(cli, "suppression", what, "--from", str(file), *words)


def test_check_tells_the_status_of_each(cli: Cli, people: Path) -> None:
    done = asked(cli, "check", people)
    assert done.out == f"false\t{BOB}\t\n\t{NOBODY}\t\ntrue\t{ADA}\t\ntrue\t\t42\n"
    assert "4 rows: 1 not suppressed, 2 suppressed, 1 not found" in done.err
    in_json = asked(cli, "check", people, "-ojson")
    rows = json_lines(in_json.out)
    assert [row["isSuppressed"] for row in rows] == [False, None, True, True]
    assert rows[0]["removalQuota"] == {"limit": Number("100"), "remaining": Number("100")}
    assert (done.code, in_json.code, in_json.error["code"]) == (3, 3, "not_found")


def test_remove_takes_off_who_is_suppressed_and_spends_once_for_each(
    cli: Cli, people: Path
) -> None:
    refused = asked(cli, "remove", people)
    assert (refused.code, "--yes" in refused.err) == (2, True)
    dry = asked(cli, "remove", people, "--dry-run", "--exit-code")
    assert (dry.code, [line.split("\t")[0] for line in dry.out.splitlines()]) == (
        8,
        ["nothing", "nothing", "remove", "remove"],
    )
    done = asked(cli, "remove", people, "--yes", "-ojson")
    assert [row["change"] for row in json_lines(done.out)] == [
        "unchanged",
        None,
        "removed",
        "unchanged",
    ]
    assert done.code == 3
    check = in_sandbox(cli, "suppression", "check", ADA)
    assert check.out == "false\t99\t100\n"


def test_at_a_terminal_it_is_asked_once(cli: Cli, people: Path) -> None:
    words = ("suppression", "remove", "--from", str(people), "--sandbox")
    for typed, code, out in (("n\n", 2, "true"), ("y\n", 3, "false")):
        done = cli(*words, stdin=typed, terminal=True, env={"TERM": "dumb"})
        assert done.code == code
        assert "remove up to 4 contacts from the suppression list?" in " ".join(done.err.split())
        assert in_sandbox(cli, "suppression", "check", ADA).out.startswith(out)


@dataclass
class Suppressions:
    """A service whose contacts are all suppressed, with so many removals left.

    The first removal is answered once others have been looked up, and so could be removed too.
    """

    left: int
    removed: list[str] = field(default_factory=list)
    refusals: int = 0
    looked: Semaphore = field(default_factory=lambda: Semaphore(0))
    at_once: int = 0
    most_at_once: int = 0

    @property
    def quota(self) -> JsonObject:
        return {"limit": Number("100"), "remaining": Number(str(self.left))}

    def look(self, visit: Visit) -> bool:
        asked = _asked(visit)
        status: JsonObject = {
            "contact": {"id": asked, "email": asked, "userId": None},
            "isSuppressed": asked not in self.removed,
            "removalQuota": self.quota,
        }
        is_open = reply_json(status)(visit)
        self.looked.release()
        return is_open

    def remove(self, visit: Visit) -> bool:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        if not self.removed:
            for _ in range(5):
                assert self.looked.acquire(timeout=30)
        self.at_once -= 1
        return self.answer(visit)

    def answer(self, visit: Visit) -> bool:
        if not self.left:
            self.refusals += 1
            return reply_json({"success": False, "message": "Removal quota exceeded."}, 400)(visit)
        self.left -= 1
        self.removed.append(_asked(visit))
        return reply_json({"success": True, "removalQuota": self.quota})(visit)


def _asked(visit: Visit) -> str:
    (email,) = parse_qs(urlsplit(visit.request.target).query)["email"]
    return email


def test_it_stops_before_a_removal_that_the_quota_does_not_cover(cli: Cli, tmp_path: Path) -> None:
    """However many are looked up at a time; the same command goes on when there is quota again."""
    file, service = tmp_path / "people.txt", Suppressions(left=3)
    everybody = [f"p{number}@example.com" for number in range(12)]
    file.write_text("".join(f"{one}\n" for one in everybody))
    words = ("suppression", "remove", "--from", str(file), "--yes", "--rate=max")
    faults: dict[str, list[Behaviour]] = {
        "GET contacts/suppression": [service.look],
        "DELETE contacts/suppression": [service.remove],
    }
    with serve(faults) as server:
        first = cli(*words, env=key_for(server))
        assert (first.code, len(service.removed), service.refusals) == (5, 3, 0)
        assert "the quota of removals is used up" in first.err
        service.left = 100
        command = first.err.splitlines()[-1].split()
        second = cli(*command[1:], env=key_for(server))
    assert (second.code, service.refusals, service.most_at_once) == (0, 0, 1)
    assert sorted(service.removed) == sorted(everybody)
    assert "12 rows: 12 removed, " in second.err


def test_a_removal_whose_answer_was_lost_is_looked_for(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "people.txt"
    file.write_text(f"{ADA}\n")
    gone = {**SUPPRESSED, "isSuppressed": False}
    faults = {
        "GET contacts/suppression": [reply_json(SUPPRESSED), reply_json(gone)],
        "DELETE contacts/suppression": [
            reply_json({}, 503),
            reply_json({"success": False, "message": "This contact is not suppressed."}, 400),
        ],
    }
    words = ("suppression", "remove", "--from", str(file), "--yes", "--rate=max", "-ojson")
    with serve(faults) as server:
        done = cli(*words, env=key_for(server))
    assert (done.code, json_lines(done.out)[0]["change"]) == (0, "removed")
