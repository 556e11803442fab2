"""import: whatever stops a file is told in one run, and its last line imports the file as it is."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest
from import_cli import dump, imported, rows_of

from contactctl.exact_json import Number

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli, Done

    from contactctl.exact_json import JsonObject

ADA, BOB, CY = "ada@example.com", "bob@example.com", "cy@example.com"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "people.csv"


def line_of(done: Done) -> list[str]:
    """Return the flags of the command on the last line of an error."""
    words = shlex.split(done.err.splitlines()[-1])
    assert words[:3] == ["contactctl", "--sandbox", "import"], done.err
    return words[4:]


def pasted(cli: Cli, file: Path, code: int = 0) -> list[JsonObject]:
    """Import a file that is refused at first by the line that it is refused with."""
    done = imported(cli, file)
    assert (done.code, dump(cli)) == (2, [])
    return rows_of(cli, file, *line_of(done), code=code)


def test_columns_values_and_consent_are_told_at_once(cli: Cli, file: Path) -> None:
    file.write_text(
        "email,plann,seats,Signup date,Fax,Mobile,Pager,Telex,Post,Window,unsubscribed\n"
        f'{ADA},pro,"1.234,5",17.01.2024,1,2,3,4,5,6,false\n'
        f"{BOB},free,2,01.02.2024,1,2,3,4,5,6,true\n"
        f"{CY},free,NULL,,1,2,3,4,5,6,false\n"
    )
    done = imported(cli, file)
    for words in ("about consent", '"plann" is not a field', "7 columns", "rows cannot be sent"):
        assert words in done.err
    assert line_of(done) == [
        *("--map", "plann=plan", "--ignore-unknown", "--map", "unsubscribed=!subscribed"),
        *("--never-resubscribe", "--null-text=NULL"),
        *("--decimal-comma=seats", "--date-format=Signup date=%d.%m.%Y"),
    ]
    pasted(cli, file)
    assert dump(cli, "plan", "seats", "subscribed") == [
        (ADA, "pro", Number("1234.5"), True),
        (BOB, "free", Number("2"), False),
        (CY, "free", None, True),
    ]
    days = [str(one[1])[:10] for one in dump(cli, "signupDate")]
    assert days == ["2024-01-17", "2024-02-01", "None"]


def test_few_rows_that_cannot_be_sent_are_left_out_and_many_are_not(cli: Cli, file: Path) -> None:
    file.write_text(f"email,Fax\n{ADA},1\n{BOB},2\nnobody,3\n")
    assert line_of(imported(cli, file)) == ["--ignore", "Fax", "--skip-invalid"]
    assert [row["status"] for row in pasted(cli, file, code=6)] == ["done", "done", "failed"]
    file.write_text(f"email,Fax\n{ADA},1\nnobody,3\nnone,3\n")
    refused = imported(cli, file)
    assert "fix the file" in refused.err
    assert "then the command below leaves out 1 column" in refused.err
    assert line_of(refused) == ["--ignore", "Fax"]


def test_consent_is_decided_in_the_line_though_rows_are_to_be_corrected(
    cli: Cli, file: Path
) -> None:
    file.write_text(f"email,unsubscribed\n{ADA},true\nnobody,false\nnone,false\n")
    refused = imported(cli, file)
    assert "then the command below unsubscribes those who opted out" in refused.err
    assert line_of(refused) == ["--map", "unsubscribed=!subscribed", "--never-resubscribe"]


@pytest.mark.parametrize("name", ["--map", "-dash", "it's", 'quo"te', "a=b", "we,ird", "x y"])
def test_a_column_may_be_called_anything(cli: Cli, file: Path, name: str) -> None:
    cell = name.replace('"', '""')
    file.write_text(f'email,"{cell}"\n{ADA},1\n')
    pasted(cli, file)
    assert len(dump(cli)) == 1


def test_the_rows_are_judged_by_the_columns_of_the_line(cli: Cli, file: Path) -> None:
    """A near miss is mapped there, and its values must be those of that field."""
    file.write_text(f"email,seatss\n{ADA},1\n{BOB},many\n")
    done = imported(cli, file)
    assert 'seatss: 1 value is not a number: "many" (line 3)' in done.err
    assert line_of(done) == ["--map", "seatss=seats", "--skip-invalid"]


def test_nothing_is_offered_where_no_column_is_an_address(cli: Cli, file: Path) -> None:
    file.write_text("plann,Fax\npro,1\n")
    done = imported(cli, file)
    assert "no column gives an email address or a user id" in done.err
    assert "--map 'COLUMN=email'" in done.err.splitlines()[-1]


def test_bytes_that_are_no_utf_8_are_told_with_all_else(cli: Cli, file: Path) -> None:
    file.write_bytes(f"Vorname;E-Mail;Ort;seats\nZo\xeb;{ADA};Bonn;1,5\n".encode("latin-1"))
    done = imported(cli, file)
    assert "is not utf-8" in done.err
    assert line_of(done)[:3] == ["--encoding=cp1252", "--ignore", "Ort"]
    pasted(cli, file)
    assert dump(cli, "firstName", "seats") == [(ADA, "Zo\xeb", Number("1.5"))]


@pytest.mark.parametrize("words", [(), ("--map-file=map.toml",)])
def test_keys_of_json_are_told_at_once(cli: Cli, tmp_path: Path, words: tuple[str, ...]) -> None:
    file = tmp_path / "people.jsonl"
    file.write_text(
        f'{{"email":"{ADA}","plann":"pro"}}\n{{"email":"{BOB}","foo":1}}\n'
        f'{{"email":"{CY}","bar":{{"a":1}},"state":"cancelled"}}\n'
    )
    if words:
        (tmp_path / "map.toml").write_text('ignore = ["foo"]\n')
        words = (f"--map-file={tmp_path / 'map.toml'}",)
    done = imported(cli, file, *words)
    left = ["--ignore", "foo", "--ignore", "bar"] if not words else ["--ignore", "bar"]
    expected = ["--map", "plann=plan", *left, "--unsubscribed-when", "state=cancelled"]
    assert line_of(done) == [*words, *expected]
    rows_of(cli, file, *line_of(done))
    assert dump(cli, "plan", "subscribed") == [
        (ADA, "pro", True),
        (BOB, None, True),
        (CY, None, False),
    ]


def test_a_name_that_no_line_can_hold_is_left_out_in_general(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "people.jsonl"
    file.write_text(f'{{"email":"{ADA}"," a\\u001b[31m ":"pro"}}\n')
    assert line_of(imported(cli, file)) == ["--ignore-unknown"]
    pasted(cli, file)


def test_the_line_stands_alone_below_the_box(cli: Cli, file: Path) -> None:
    file.write_text(f"email,{','.join(f'column number {n}' for n in range(5))}\n{ADA},1,2,3,4,5\n")
    env = {"TERM": "dumb", "COLUMNS": "60", "CI": "1"}
    done = cli("import", str(file), "--sandbox", terminal=True, env=env)
    *above, line = done.err.splitlines()
    border = next(at for at, text in enumerate(above) if text.startswith("╰"))
    assert above[border + 1].startswith("hint: ")
    assert line.startswith("contactctl --sandbox import ")
    assert len(line) > 60


ROW = f"email,firstName,seats\n{ADA},Zo\xeb,2\n"


@pytest.mark.parametrize(
    ("content", "said", "flags"),
    [
        (f"# exported\n{ROW}".encode(), "a comment", ["--skip-lines=1"]),
        (f"People of May\n\n{ROW}".encode(), "a title", ["--skip-lines=2"]),
        (ROW.encode("utf-16-le"), "without a byte order mark", ["--encoding=utf-16-le"]),
        (f"# from\n{ROW}".encode("cp1252"), "read as", ["--encoding=cp1252", "--skip-lines=1"]),
        (f"{ADA}\n{BOB}\n".encode(), "no header", ["--header=email"]),
    ],
)
def test_what_stands_before_the_rows_is_told_with_all_else(
    cli: Cli, file: Path, content: bytes, said: str, flags: list[str]
) -> None:
    file.write_bytes(content)
    done = imported(cli, file)
    assert said in done.err
    assert line_of(done) == flags
    pasted(cli, file)
    assert ADA in [address for (address,) in dump(cli)]


def test_columns_below_a_title_are_told_with_it(cli: Cli, file: Path) -> None:
    file.write_text(f"People of May\n\nemail,firstName,Fax\n{ADA},Ada,1\n")
    done = imported(cli, file)
    assert 'and read from line 3 on: there is no field called "Fax"' in done.err
    assert line_of(done) == ["--skip-lines=2", "--ignore", "Fax"]
    pasted(cli, file)


@pytest.mark.parametrize(
    ("content", "through"),
    [
        ('[["email"], ["ada@example.com"]]', "jq -r '.[] | @csv'"),
        (f'["{ADA}"]', "jq -r '.[]'"),
        (f'{{"a": {{"email": "{ADA}"}}, "b": {{"email": "{BOB}"}}}}', "jq -c '.[]'"),
    ],
)
def test_a_pipe_ends_in_the_same_call(cli: Cli, tmp_path: Path, content: str, through: str) -> None:
    file = tmp_path / "some people.json"
    file.write_text(content)
    done = imported(cli, file, "--ignore=Fax")
    head, _, line = done.err.splitlines()[-1].rpartition(" | ")
    assert head == f"{through} {shlex.quote(str(file))}"
    assert shlex.split(line)[:4] == ["contactctl", "--sandbox", "import", "-"]
    assert "--ignore=Fax" in shlex.split(line)


def test_a_pipe_that_has_a_name_to_fill_in_is_a_hint(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "people.json"
    file.write_text(f'{{"a": [{{"email": "{ADA}"}}], "b": [{{"email": "{BOB}"}}]}}')
    last = imported(cli, file).err.splitlines()[-1].strip()
    assert last == f"hint: jq '.[\"NAME\"]' {file} | contactctl --sandbox import - --format json"


def test_a_column_without_a_name_is_left_out(cli: Cli, file: Path) -> None:
    file.write_text(f",email,seats\n0,{ADA},2\n1,{BOB},3\n")
    done = imported(cli, file)
    assert line_of(done) == ["--ignore="]
    assert "the command below leaves out cells without a column name" in done.err
    pasted(cli, file)
    assert dump(cli, "seats") == [(ADA, Number("2")), (BOB, Number("3"))]


@pytest.mark.parametrize(("more", "is_offered"), [("", True), ("nobody,1\n", False)])
def test_backslashes_are_read_where_that_imports_the_file(
    cli: Cli, file: Path, more: str, *, is_offered: bool
) -> None:
    file.write_text(f'email,firstName\n"{ADA}","A \\"B\\" C"\n{more}')
    done = imported(cli, file)
    assert ("--backslash-escapes" in done.err.splitlines()[-1]) == is_offered
    if is_offered:
        pasted(cli, file)
        assert dump(cli, "firstName") == [(ADA, 'A "B" C')]


def test_pipes_in_hints_end_in_the_account_of_the_call(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "people.jsonl"
    file.write_text(f'{{"email":"{ADA}","traits":{{"plan":"pro"}}}}\n')
    done = imported(cli, file)
    assert f"{file} | contactctl --sandbox import -" in done.err


@pytest.mark.parametrize("words", [("--dry-run", "--exit-code"), ("--plan=plan.jsonl",)])
def test_a_line_for_a_call_that_writes_nothing_writes_nothing(
    cli: Cli, file: Path, words: tuple[str, ...]
) -> None:
    file.write_text(f"email,plann\n{ADA},pro\n")
    line = line_of(imported(cli, file, *words))
    assert [word for word in line if word in words] == [*words]
