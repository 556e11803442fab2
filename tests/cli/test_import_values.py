"""Values as files spell them: taken and counted, refused with the flag that helps, or shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from import_cli import dump, errors_of, imported, rows_of

from contactctl.exact_json import Number, to_json

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli


def saved(folder: Path, text: str, name: str = "people.csv") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_spellings_that_lose_nothing_are_taken_and_counted(cli: Cli, tmp_path: Path) -> None:
    file = saved(
        tmp_path,
        "email,userId,trial,seats,signupDate\n"
        " ada@example.com,42 ,t, 12,2024-01-17 10:21:11.123456+00\n"
        "mailto:bob@example.com,43,f,7,2024-01-17\n"
        " cy@example.com, , ,\t,\n",
    )
    done = imported(cli, file)
    assert done.code == 0, done.err
    line = next(line for line in done.err.splitlines() if line.startswith("normalised"))
    assert 'email, 2 trimmed (" ada@example.com")' in line
    assert "email, 1 without mailto:" in line
    assert "userId, 1 trimmed" in line
    assert 'trial, 2 ("t" is sent as true)' in line
    assert '"2024-01-17 10:21:11.123456+00" is sent as "2024-01-17 10:21:11.123Z"' in line
    assert done.err.count("normalised: ") == 2  # before the first write, and in the summary
    assert dump(cli, "userId", "trial", "seats", "signupDate") == [
        ("ada@example.com", "42", True, Number("12"), "2024-01-17T10:21:11.123Z"),
        ("bob@example.com", "43", False, Number("7"), "2024-01-17T00:00:00.000Z"),
        ("cy@example.com", None, None, None, None),
    ]


def test_cells_that_say_nothing_are_shown_by_column_and_can_be_empty(
    cli: Cli, tmp_path: Path
) -> None:
    text = "email,userId,firstName,zip\na@example.com,1,NULL,'02134\nb@example.com,2,\\N,NULL\n"
    file = saved(tmp_path, text)
    done = imported(cli, file, "--dry-run")
    assert "firstName: 2 cells hold placeholder text, which will be sent as it is:" in done.out
    assert r"--null-text 'NULL,\N' reads them as empty; where backslashes are escapes" in done.out
    assert "zip: 1 cell has a spreadsheet's text marks" in done.out
    rows = rows_of(cli, file, "--dry-run", "--null-text", r"NULL,\N")
    assert '"placeholders":{"zip":{"\'02134":1}}' in to_json(rows[-1])
    assert imported(cli, file, "--null-text", r"NULL,\N").code == 0
    assert dump(cli, "firstName", "zip") == [
        ("a@example.com", None, "'02134"),
        ("b@example.com", None, None),
    ]


def test_what_is_not_lossless_names_its_flags_and_they_help(cli: Cli, tmp_path: Path) -> None:
    file = saved(
        tmp_path,
        "email;seats;signupDate\na@example.com;1.200;17.01.2024\nb@example.com;NaT;NaT\n",
    )
    done = imported(cli, file)
    assert done.code == 2
    said = errors_of(done)
    assert "--decimal-comma seats" in said
    assert "--date-format signupDate=%d.%m.%Y" in said
    assert "--null-text NaT" in said
    flags = ("--decimal-comma=seats", "--date-format=signupDate=%d.%m.%Y", "--null-text=NaT")
    assert imported(cli, file, *flags).code == 0
    assert dump(cli, "seats", "signupDate") == [
        ("a@example.com", Number("1200"), "2024-01-17T00:00:00.000Z"),
        ("b@example.com", None, None),
    ]


def test_a_flag_for_a_column_that_is_not_there_is_refused(cli: Cli, tmp_path: Path) -> None:
    file = saved(tmp_path, "email,seats\na@example.com,1\n")
    done = imported(cli, file, "--decimal-comma", "seat")
    assert done.code == 2
    assert 'did you mean "seats"' in done.err


def test_a_run_with_other_flags_of_values_is_another_run(cli: Cli, tmp_path: Path) -> None:
    file = saved(tmp_path, "email,seats\na@example.com,1\nb@example.com,2\n")
    assert imported(cli, file, "--limit", "1", "--null-text", "NULL").code == 0
    other = imported(cli, file, "--resume", "--null-text", "N/A")
    assert other.code == 2
    resumed = imported(cli, file, "--resume", "--null-text", "NULL")
    assert resumed.code == 0, resumed.err
    assert len(dump(cli)) == 2


def test_flags_of_values_are_kept_in_a_map_file(cli: Cli, tmp_path: Path) -> None:
    file = saved(tmp_path, "email,seats,signupDate\na@example.com,NULL,17.01.2024\n")
    kept = str(tmp_path / "map.toml")
    flags = ("--date-format", "signupDate=%d.%m.%Y", "--null-text", "NULL,N/A")
    assert imported(cli, file, *flags, "--decimal-comma", "seats", "--save-map", kept).code == 0
    again = imported(cli, file, "--map-file", kept, "--date-format", "signupDate=%d.%m.%Y")
    assert again.code == 0, again.err
    other = imported(cli, file, "--map-file", kept, "--date-format", "signupDate=%m/%d/%Y")
    assert other.code == 2
    assert "not written as %m/%d/%Y" in other.err


def test_the_command_below_takes_what_is_meant_without_a_doubt(cli: Cli, tmp_path: Path) -> None:
    text = "email,userId,signupDate\na@example.com,NULL,17/01/2024\nb@example.com,2,02/03/2024\n"
    file = saved(tmp_path, text + "c@example.com,nan,NaT\n")
    done = imported(cli, file)
    assert done.code == 2
    command = done.err.splitlines()[-1]
    assert "the command below reads values as the flags say" in done.err
    words = command.partition(str(file))[2]
    assert words == " --null-text=NULL,nan,NaT --date-format=signupDate=%d/%m/%Y"
    assert imported(cli, file, *words.split()).code == 0
    assert dump(cli, "userId", "signupDate") == [
        ("a@example.com", None, "2024-01-17T00:00:00.000Z"),
        ("b@example.com", "2", "2024-03-02T00:00:00.000Z"),
        ("c@example.com", None, None),
    ]


def test_json_of_databases_imports_and_tells_what_it_took(cli: Cli, tmp_path: Path) -> None:
    file = saved(
        tmp_path,
        '{"email":"a@example.com","userId":42,"seats":"12","trial":0,"source":null,'
        '"signupDate":{"$date":{"$numberLong":"1705486871000"}}}\n'
        '{"email":"b@example.com","userId":"43","plan":NaN,'
        '"signupDate":"2024-01-17 10:21:11 UTC"}\n',
        "people.jsonl",
    )
    done = imported(cli, file)
    assert done.code == 2
    assert 'plan: 1 value is no JSON: "NaN" (line 2)' in done.err
    assert done.err.splitlines()[-1].endswith("--null-text=NaN")
    done = imported(cli, file, "--null-text", "NaN")
    assert done.code == 0, done.err
    assert 'userId, 1 (42 is sent as "42")' in done.err
    assert "source, 1 null left alone" in done.err
    assert dump(cli, "userId", "seats", "trial", "plan", "signupDate") == [
        ("a@example.com", "42", Number("12"), False, None, "2024-01-17T10:21:11.000Z"),
        ("b@example.com", "43", None, None, None, "2024-01-17T10:21:11.000Z"),
    ]


def test_a_placeholder_among_words_of_consent_names_its_flag(cli: Cli, tmp_path: Path) -> None:
    file = saved(
        tmp_path, "email,unsubscribed\na@example.com,t\nb@example.com,\\N\nc@example.com,f\n"
    )
    words = ("--map", "unsubscribed=!subscribed", "--never-resubscribe")
    done = imported(cli, file, *words)
    assert done.code == 2
    assert r"--null-text '\N' takes it as an empty cell" in done.err
    assert imported(cli, file, *words, "--null-text", r"\N").code == 0
    assert dump(cli, "subscribed") == [
        ("a@example.com", False),
        ("b@example.com", True),
        ("c@example.com", True),
    ]
