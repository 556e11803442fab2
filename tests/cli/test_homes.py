"""Folders that are not there, closed, or somebody else's: under every command."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, NamedTuple

import pytest
from command_calls import key_for, serve
from dropped_rights import STRANGER, Dropped, Said, can_drop

from contactctl.files import FOLDER_VARIABLES, SANDBOX_VARIABLE, FolderKind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

    from conftest import Cli
    from fault_server import FaultServer

    Call = Callable[[list[str], Mapping[str, str], str], Said]

WHO = "-e ada@example.com"
IN = "email,firstName\nada@example.com,Ada\n"


class Need(NamedTuple):
    """What a command needs: a folder to write to, one to look into, and the request it makes."""

    writes: FolderKind | None = None
    reads: FolderKind | None = None
    route: str = ""


#: Every kind of call; FILE is a file to import, EMPTY one to load.
NEEDS: dict[str, Need] = {
    f"update {WHO} --first-name Ada": Need(route="PUT contacts/update"),
    f"update {WHO} --prop plan=pro --list News=true": Need(route="PUT contacts/update"),
    f"update {WHO} --first-name Ada --dry-run": Need(route="GET contacts/find"),
    f"update {WHO} --sandbox": Need("data"),
    f"update {WHO} -p work": Need(reads="config"),
    f"create {WHO}": Need(route="POST contacts/create"),
    f"find {WHO}": Need(route="GET contacts/find"),
    f"delete {WHO} --yes": Need(route="POST contacts/delete"),
    f"suppression check {WHO}": Need(route="GET contacts/suppression"),
    f"suppression remove {WHO} --yes": Need(route="DELETE contacts/suppression"),
    "lists": Need(route="GET lists"),
    "properties list": Need(route="GET contacts/properties"),
    "properties create seats --type number": Need(route="POST contacts/properties"),
    "import FILE": Need("state"),
    "import -": Need("state"),
    "import FILE --changed-only": Need("state"),
    "import FILE --resume": Need(reads="state"),
    "import FILE --dry-run": Need(reads="state", route="GET contacts/find"),
    "find --from -": Need("state"),
    "delete --from FILE --confirm 1 --no-undo": Need("state"),
    "suppression check --from FILE": Need("state"),
    "forget": Need(reads="state"),
    "forget ada@example.com": Need(reads="state"),
    "forget --all --yes": Need(reads="state"),
    "profile add w --no-check --key-env V": Need("config"),
    "profile list": Need(reads="config"),
    "profile use work": Need("config"),
    "profile remove work --yes": Need("config"),
    "profile check": Need(route="GET api-key"),
    "sandbox dump": Need("data"),
    "sandbox suppress ada@example.com": Need("data"),
    "sandbox dump --all": Need("data"),
    "sandbox load EMPTY": Need("data"),
    "sandbox reset --yes": Need("data"),
    "completion bash": Need(),
    "schema lists": Need(),
    "help update": Need(),
    "version": Need(),
}
SENT = ("PUT", "POST", "DELETE")
READS = ("find", "suppression check", "sandbox dump", "profile list")
MOVED_BY = {kind: {variable} for kind, variable in FOLDER_VARIABLES.items()}
MOVED_BY["data"] |= {SANDBOX_VARIABLE}


def check(line: str, said: Said, routes: list[str], places: Mapping[FolderKind, str]) -> None:
    """Hold that a call did what it does, or named the folder that it needs and sent nothing."""
    need, about = NEEDS[line], (line, said)
    assert "a bug in" not in said.err, about
    assert "operating system" not in said.err, about
    if said.code == 0:
        assert need.route in {"", *routes}, about
        assert not said.err or "warning" in said.err or "--sandbox" in line, about
        return
    kind = need.writes or need.reads
    assert kind is not None, about
    if said.code == 4:  # no such profile, where nothing could be in there
        assert "work" in line, about
        return
    assert said.code == 9, about
    assert not [route for route in routes if route.startswith(SENT)], about
    error = json.loads(said.err.splitlines()[-1])["error"]
    assert places[kind] in error["message"], about
    assert [name for name in MOVED_BY[kind] if name in error["hint"]], about
    is_read = line == "forget" or line.startswith(READS)
    assert error.get("outcome") == (None if is_read else "not_sent"), about


def run_all(
    call: Call,
    server: FaultServer,
    env: Mapping[str, str],
    places: Mapping[FolderKind, str],
    lines: Collection[str] = NEEDS,
) -> dict[str, int]:
    """Make every call, or these, and return the codes."""
    codes = {}
    for line in lines:
        before = len(server.routes_seen())
        words = [env[word] if word in {"FILE", "EMPTY"} else word for word in line.split()]
        said = call([*words, "-o", "json"], env, IN)
        check(line, said, server.routes_seen()[before:], places)
        codes[line] = said.code
    return codes


def doctor(call: Call, env: Mapping[str, str]) -> dict[str, str]:
    """Return the status of what the doctor looked at, which names each place and variable."""
    said = call(["doctor", "-o", "json"], env, "")
    checks = {one["name"]: one for one in json.loads(said.out)["checks"]}
    for kind, variable in FOLDER_VARIABLES.items():
        found = checks[f"{kind} folder"]
        assert found["status"] == "ok" or variable in found["hint"], found
    return {name: one["status"] for name, one in checks.items()}


BROKEN = {"config folder": "fail", "data folder": "fail", "state folder": "fail"} | {
    "cache folder": "warn"
}


@pytest.fixture
def service() -> Iterator[FaultServer]:
    with serve() as server:
        yield server


@pytest.fixture
def folders(own_folders: dict[str, str]) -> dict[FolderKind, str]:
    return {kind: own_folders[variable] for kind, variable in FOLDER_VARIABLES.items()}


def environment(tmp_path: Path, server: FaultServer) -> dict[str, str]:
    file, empty = tmp_path / "in.csv", tmp_path / "empty.jsonl"
    file.write_text(IN)
    empty.write_text('{"contacts": []}')
    given = {"FILE": str(file), "EMPTY": str(empty), "V": "a-key-of-somebody"}
    return {**key_for(server), **given, "PATH": os.environ["PATH"]}


@pytest.fixture(scope="module")
def dropped() -> Iterator[Dropped]:
    """Return somebody whom folders can be closed to; skip the test where there is nobody."""
    if not can_drop():
        pytest.skip("this user cannot be anybody else")
    with Dropped() as call:
        yield call


def give_away(path: Path) -> None:
    """Give a folder to a user whom nobody knows; skip the test where that is not allowed."""
    try:
        os.chown(path, STRANGER, STRANGER)
    except PermissionError:  # of containers whose root has no rights
        pytest.skip("this user cannot give a folder away")


def needs_all(codes: Mapping[str, int]) -> set[str]:
    """Return the calls that failed, for want of a folder."""
    return {line for line, code in codes.items() if code}


WRITING = {line for line, need in NEEDS.items() if need.writes}


@pytest.mark.parametrize("state", ["a file", "a dangling link", "nowhere"])
def test_what_cannot_even_be_made_by_root(
    cli: Cli, service: FaultServer, folders: dict[FolderKind, str], tmp_path: Path, state: str
) -> None:
    env = {**cli.env, **environment(tmp_path, service)}
    for kind, place in folders.items():
        if state == "a file":
            (tmp_path / kind).write_text("a file")
        elif state == "a dangling link":
            (tmp_path / kind).symlink_to("/proc/nothing")
        else:
            folders[kind] = env[FOLDER_VARIABLES[kind]] = f"/proc/{kind}"
            assert place != folders[kind]

    def call(words: list[str], env: Mapping[str, str], stdin: str) -> Said:
        done = cli(*words, env=env, stdin=stdin)
        return Said(done.code, done.out, done.err)

    assert needs_all(run_all(call, service, env, folders)) >= WRITING
    # Of /proc, root is told that it may write there.
    assert state != "a file" or doctor(call, env).items() >= BROKEN.items()


class Closed(NamedTuple):
    """Whose a folder is, who may do what there, and the calls to make then."""

    whose: str
    mode: int
    lines: list[str]


LINES = list(NEEDS)
HALVES = LINES[::2], LINES[1::2]
#: Each half meets a folder of either owner, one that can be read, and one that cannot.
CLOSED = [
    Closed("mine", 0o000, HALVES[0]),
    Closed("mine", 0o500, HALVES[1]),
    Closed("theirs", 0o700, HALVES[1]),
    Closed("theirs", 0o755, HALVES[0]),
]
ALL_CLOSED = [pytest.param(one._replace(lines=LINES), marks=pytest.mark.slow) for one in CLOSED]


@pytest.mark.parametrize("closed", [*CLOSED, *ALL_CLOSED])
def test_folders_that_are_closed_or_of_somebody_else(
    dropped: Dropped,
    service: FaultServer,
    folders: dict[FolderKind, str],
    tmp_path: Path,
    closed: Closed,
) -> None:
    env = environment(tmp_path, service)
    for kind, place in folders.items():
        env[FOLDER_VARIABLES[kind]] = place
        (tmp_path / kind).mkdir()
        (tmp_path / kind).chmod(closed.mode)
        if closed.whose == "theirs":
            give_away(tmp_path / kind)
    failed = needs_all(run_all(dropped, service, env, folders, closed.lines))
    reading = {line for line, need in NEEDS.items() if need.reads and not need.route}
    failing = WRITING | (reading if closed.mode in {0o000, 0o700} else set())
    assert failed >= failing & {*closed.lines}
    assert doctor(dropped, env).items() >= BROKEN.items()


def test_a_user_whom_the_system_does_not_know_and_who_has_no_home(
    service: FaultServer, tmp_path: Path
) -> None:
    env = environment(tmp_path, service)
    places: dict[FolderKind, str] = {
        kind: f"no home folder to keep {kind}" for kind in FOLDER_VARIABLES
    }
    if not can_drop(to_stranger=True):
        pytest.skip("this user cannot be a stranger")
    with Dropped(as_stranger=True) as call:
        for home, lines in zip(({}, {"HOME": ""}), HALVES, strict=True):
            failed = needs_all(run_all(call, service, {**env, **home}, places, lines))
            assert failed >= WRITING & {*lines}
            assert doctor(call, {**env, **home}).items() >= BROKEN.items()


def test_a_home_of_another_user(dropped: Dropped, service: FaultServer, tmp_path: Path) -> None:
    home = tmp_path / "theirs"
    home.mkdir(mode=0o700)
    give_away(home)
    env = {**environment(tmp_path, service), "HOME": str(home)}
    codes = run_all(dropped, service, env, dict.fromkeys(FOLDER_VARIABLES, str(home)))
    assert needs_all(codes) >= WRITING
    assert doctor(dropped, env).items() >= BROKEN.items()


def test_what_imports_remember_must_be_kept_true_or_nothing_is_written(
    dropped: Dropped,
    cli: Cli,
    service: FaultServer,
    own_folders: dict[str, str],
    tmp_path: Path,
) -> None:
    """Else the next import would leave a contact out for what it no longer is."""
    env = {**own_folders, **environment(tmp_path, service)}
    assert cli("import", env["FILE"], "--changed-only", env=env).code == 0
    memory = tmp_path / "state" / "sent.sqlite3"
    memory.chmod(0o400)
    for line in (f"update {WHO} --first-name Ada", f"create {WHO}", f"delete {WHO} --yes"):
        before = len(service.routes_seen())
        said = dropped([*line.split(), "-o", "json"], env)
        error = json.loads(said.err)["error"]
        assert (said.code, error["outcome"]) == (9, "not_sent")
        assert str(memory) in error["message"]
        assert "CONTACTCTL_STATE_DIR" in error["hint"]
        routes = service.routes_seen()[before:]
        assert not [route for route in routes if route.startswith(SENT)]
    assert doctor(dropped, env)["left by imports"] == "fail"
    memory.chmod(0o600)
    (tmp_path / "state").chmod(0o000)
    # Nobody can tell whether there is such a memory, and the write needs none.
    assert dropped([*f"update {WHO}".split(), "-q"], env).code == 0
    (tmp_path / "state").chmod(0o700)
