"""Start-up is a feature: which modules a fresh process imports for each kind of call."""

from __future__ import annotations

import pytest
from command_calls import key_for, serve
from conftest import run_python

HEAVY = {"httpx", "httpcore", "rich", "pydantic", "asyncio", "sqlite3", "click"}
#: What a call may be made of: modules of our own, bytes of their code (largest in Python 3.11, by
#: an eighth), named tuples, dataclasses, and modules in all, which other versions have more of.
#: Both of the latter kinds of class are generated and compiled anew at every start.
MOST = {"update": (54, 528_000, 36, 0, 260), "find": (50, 492_000, 30, 0, 260)}
#: Runs the console script's own function, and prints what is imported where it would have ended.
CODE = """
import os, sys
before = set(sys.modules)
def end(code):
    sys.stdout.flush()
    print("\\nimported", code, *(set(sys.modules) - before))
    raise SystemExit
os._exit = end
sys.argv = {argv!r}
from contactctl.__main__ import run
run()
"""

#: Follows what is printed with what our own modules are made of.
COUNTING = """
import marshal, sys
ours = {name: one for name, one in sys.modules.items() if name.startswith("contactctl")}
code = [len(marshal.dumps(one.__spec__.loader.get_code(name))) for name, one in ours.items()]
code_bytes = sum(code) - sum(len(one.__file__) for one in ours.values())  # wherever they lie
made = {one for module in ours.values() for one in vars(module).values() if type(one) is type}
tuples = [one for one in made if hasattr(one, "_fields") and one.__module__ in ours]
dataclasses = [one for one in made if hasattr(one, "__dataclass_fields__")]
everything = set(sys.modules) - before
print(len(ours), code_bytes, len(tuples), len(dataclasses), len(everything))
"""


def imported(own_folders: dict[str, str], *words: str, **env: str) -> tuple[int, set[str]]:
    """Return the exit code of a call, and the modules that it imported."""
    code = CODE.format(argv=["contactctl", *words])
    last = run_python(code, {**own_folders, **env}).splitlines()[-1]
    word, exit_code, *modules = last.split()
    assert word == "imported"
    assert "contactctl" in modules
    return int(exit_code), set(modules)


@pytest.mark.parametrize(
    "words",
    [
        ("--help",),
        (),
        ("update", "--help"),
        ("profile", "--help"),
        ("profile", "add", "--help"),
        ("sandbox", "serve", "--help"),
        ("import", "--help"),
        ("completion", "bash"),
        ("update", "--emial"),
        ("updaet",),
    ],
    ids=" ".join,
)
def test_what_needs_no_service_imports_nothing_heavy(
    own_folders: dict[str, str], words: tuple[str, ...]
) -> None:
    code, found = imported(own_folders, *words)
    assert code in {0, 2}
    assert found & HEAVY == set()


def test_an_update_off_a_terminal_imports_what_it_uses_alone(own_folders: dict[str, str]) -> None:
    """With a property, which is looked up first: without one it does less."""
    with serve() as server:
        words = ("update", "--email", "ada@example.com", "--prop", "plan=pro")
        code, found = imported(own_folders, *words, **key_for(server))
    assert (code, server.routes_seen()[-1]) == (0, "PUT contacts/update")
    assert found & (HEAVY | {"importlib.metadata", "platformdirs", "tomllib"}) == {"httpcore"}


@pytest.mark.parametrize("command", MOST)
def test_a_call_is_made_of_no_more_than_it_was(own_folders: dict[str, str], command: str) -> None:
    """Raise a figure here where what is new is worth a part of every start, and not before."""
    with serve() as server:
        argv = ["contactctl", command, "--email", "ada@example.com"]
        code = CODE.format(argv=argv).replace("run()", "try: run()\nexcept SystemExit: pass")
        out = run_python(code + COUNTING, {**own_folders, **key_for(server)})
    *_, imported_words, counts = out.splitlines()
    assert imported_words.startswith("imported 0 ")
    for found, most in zip(counts.split(), MOST[command], strict=True):
        assert int(found) <= most, counts


def test_the_sandbox_in_process_needs_no_server(own_folders: dict[str, str]) -> None:
    code, found = imported(own_folders, "update", "--sandbox", "--email", "ada@example.com")
    assert code == 0
    assert found & (HEAVY | {"waitress"}) == {"sqlite3"}


def test_version_imports_next_to_nothing(own_folders: dict[str, str]) -> None:
    _, found = imported(own_folders, "--version")
    ours = {name for name in found if name.startswith("contactctl")}
    assert ours == {"contactctl", "contactctl.__main__"}
    assert len(found) < 10
