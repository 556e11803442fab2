"""import --resume: what it goes on with, what it refuses, and when there is nothing to do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from client_calls import KEY
from command_calls import key_for, serve
from fault_server import reply, reply_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Cli, Done
    from fault_server import FaultServer, Visit

STOPPING = ("--max-failures=1",)
REFUSAL = reply_json({"success": False, "message": "no"}, 400)


@pytest.fixture
def refusing() -> Iterator[FaultServer]:
    """Serve a service that takes no update, so that a run ends before its file does."""
    with serve({"PUT contacts/update": [REFUSAL]}) as server:
        yield server


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file of one column, which reads the same in any of several ways."""
    return write(tmp_path / "people.txt", "email", "")


def write(path: Path, header: str, end: str) -> Path:
    """Write more rows than can be under way at the first refusal, so that some are left."""
    path.write_text("\n".join([header, *(f"p{n}@example.com{end}" for n in range(40))]))
    return path


def call(cli: Cli, server: FaultServer, file: Path, *words: str, key: str = KEY) -> Done:
    env = {**key_for(server), "LOOPS_API_KEY": key}
    return cli("import", str(file), *STOPPING, *words, env=env)


@pytest.mark.parametrize(
    "words",
    [
        ("--encoding=cp1252",),
        ("--delimiter=;",),
        ("--format=tsv",),
        ("--map=email=email",),
        ("--set=source=crm",),
        ("--empty-clears",),
        ("--literal-null",),
        ("--no-schema",),
    ],
    ids=" ".join,
)
def test_a_run_is_resumed_only_as_it_was_begun(
    cli: Cli, refusing: FaultServer, file: Path, words: tuple[str, ...]
) -> None:
    check_resumed_only_as_begun(cli, refusing, file, words)


def test_a_column_left_out_is_left_out_of_the_rest_as_well(
    cli: Cli, refusing: FaultServer, tmp_path: Path
) -> None:
    file = write(tmp_path / "people.csv", "email,source", ",crm")
    check_resumed_only_as_begun(cli, refusing, file, ("--ignore=source",))


def check_resumed_only_as_begun(
    cli: Cli, server: FaultServer, file: Path, words: tuple[str, ...]
) -> None:
    """Begin a run with these words, resume it without them, which is refused, and with them."""
    assert "stopped after 1 failed" in call(cli, server, file, *words).err
    sent = server.count
    other = call(cli, server, file, "--resume")
    assert (other.code, server.count) == (2, sent)
    assert "has other column flags" in other.err
    same = call(cli, server, file, *words, "--resume")
    assert "stopped after 1 failed" in same.err
    assert server.count > sent


def test_a_run_is_resumed_with_the_same_key_alone(
    cli: Cli, refusing: FaultServer, file: Path
) -> None:
    call(cli, refusing, file)
    sent = refusing.count
    other = call(cli, refusing, file, "--resume", key=f"{KEY}0")
    assert (other.code, refusing.count) == (2, sent)
    assert "or another profile, team or key" in other.err


def test_with_nothing_to_resume_nothing_is_sent_and_all_is_well(
    cli: Cli, refusing: FaultServer, file: Path
) -> None:
    done = call(cli, refusing, file, "--resume")
    assert (done.code, done.out, refusing.count) == (0, "", 0)
    assert "nothing to resume: " in done.err
    assert "to send" not in done.err


def test_a_finished_run_has_nothing_to_resume(
    cli: Cli, refusing: FaultServer, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email\na@example.com\n")
    env = key_for(refusing)
    assert cli("import", str(file), env=env).code == 6, "a failed row ends no run"
    sent = refusing.count
    done = cli("import", str(file), "--resume", "-o", "json", env=env)
    assert (done.code, done.out, done.err, refusing.count) == (0, "", "", sent)


def test_a_run_that_another_process_finishes_meanwhile_is_nothing_to_resume(
    cli: Cli, refusing: FaultServer, file: Path
) -> None:
    call(cli, refusing, file)
    sent, (named,) = refusing.count, refusing.routes["GET api-key"]

    def finish(visit: Visit) -> bool:
        (journal,) = Path(cli.env["CONTACTCTL_STATE_DIR"]).glob("imports/*.journal")
        journal.rename(journal.with_suffix(".finished"))
        return named(visit)

    refusing.routes["GET api-key"] = [finish]
    done = call(cli, refusing, file, "--resume")
    assert (done.code, done.out) == (0, "")
    assert done.err.splitlines()[-1].startswith("nothing to resume: ")
    assert refusing.count == sent + 1, "it is the question for the account"


def test_a_changed_file_is_not_resumed(cli: Cli, refusing: FaultServer, file: Path) -> None:
    call(cli, refusing, file)
    sent = refusing.count
    write(file, "email", ".uk")
    done = call(cli, refusing, file, "--resume")
    assert (done.code, refusing.count) == (2, sent)
    assert "has changed since the run that was not finished" in done.err


@pytest.mark.parametrize(("status", "code"), [(401, 4), (503, 7)])
def test_what_fails_before_the_first_row_of_a_resumed_run_names_the_way_on(
    cli: Cli, refusing: FaultServer, file: Path, status: int, code: int
) -> None:
    call(cli, refusing, file)
    refusing.routes["GET api-key"] = [reply(status)]
    words = ("--resume", "--patience=0", "--rate=max")
    done = cli("--retries=0", "import", str(file), *STOPPING, *words, env=key_for(refusing))
    assert done.code == code
    assert done.err.splitlines()[-1].endswith(" --resume")
    done = cli("--retries=0", "import", str(file), "--patience=0", env=key_for(refusing))
    assert done.code == code
    assert "--resume" not in done.err
