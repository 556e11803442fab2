from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any, Literal

import pytest
import typer
from typer.main import get_command

from contactctl.errors import UsageError
from contactctl.parameters import Takes, read_ourselves, takes_of, to_value

KINDS: list[tuple[Any, Takes]] = [
    (str, Takes("string")),
    (str | None, Takes("string")),
    (list[str] | None, Takes("string")),
    (bool, Takes("boolean")),
    (bool | None, Takes("boolean")),
    (Path | None, Takes("path")),
    (int, Takes("integer", None, 1, 20)),
    (float | None, Takes("number", None, 1, 20)),
    (Literal["a", "b"], Takes("string", ("a", "b"))),
    (Literal["a", "b"] | None, Takes("string", ("a", "b"))),
]


def parameter(kind: Any, default: object = None) -> Any:  # noqa: ANN401 - Typer's own
    """Return what Typer makes of one flag, read by ourselves."""

    def command(some: object = default) -> None:
        pass

    bounds = {"min": 1, "max": 20} if kind in {int, float | None} else {}
    annotation = Annotated[kind, typer.Option("-s", "--some", **bounds)]
    command.__annotations__["some"] = annotation
    app = typer.Typer(add_completion=False)
    app.command()(command)
    found = get_command(app).params[0]
    read_ourselves([found], {"some": annotation})
    return found


def read(found: Any, value: object) -> object:  # noqa: ANN401 - Typer's own
    return found.process_value(SimpleNamespace(command_path="contactctl x"), value)


@pytest.mark.parametrize(("kind", "takes"), KINDS)
def test_an_annotation_says_what_is_taken(kind: object, takes: Takes) -> None:
    assert takes_of(parameter(kind)) == takes


@pytest.mark.parametrize(
    ("text", "takes", "value"),
    [
        ("x", Takes("string"), "x"),
        ("20", Takes("integer", None, 0, 20), 20),
        ("1e3", Takes("number", None, 0.5, 3600), 1000.0),
        ("b", Takes("string", ("a", "b")), "b"),
        ("a/b", Takes("path"), Path("a/b")),
    ],
)
def test_a_text_becomes_a_value(text: str, takes: Takes, value: object) -> None:
    assert to_value(text, takes) == value


@pytest.mark.parametrize(
    ("text", "takes", "words"),
    [
        ("x", Takes("integer"), "not a whole number"),
        ("1.5", Takes("integer"), "not a whole number"),
        ("9" * 5000, Takes("integer"), "not a whole number"),
        ("x", Takes("number"), "not a number"),
        ("nan", Takes("number", None, 0.05, 3600), "not a number"),
        ("inf", Takes("number", None, 0.05, 3600), "more than 3600"),
        ("0.01", Takes("number", None, 0.05, 3600), r"less than 0\.05"),
        ("21", Takes("integer", None, 0, 20), "more than 20"),
        ("-1", Takes("integer", None, 0), "less than 0"),
        ("B", Takes("string", ("a", "b")), "not one of a, b"),
    ],
)
def test_another_text_is_refused(text: str, takes: Takes, words: str) -> None:
    with pytest.raises(ValueError, match=rf"^{words}$"):
        to_value(text, takes)


def test_nothing_given_is_none_and_a_default_stays() -> None:
    assert read(parameter(str | None), None) is None
    assert read(parameter(list[str] | None), None) == ()
    assert read(parameter(int, 3), 3) == 3
    assert read(parameter(bool, default=False), value=False) is False


def test_each_of_several_is_read() -> None:
    assert read(parameter(list[str] | None), ("a", "b")) == ("a", "b")


def test_a_refusal_names_the_flag_and_the_text() -> None:
    with pytest.raises(UsageError, match=r'^--some "x" is not a whole number$') as caught:
        read(parameter(int, 3), "x")
    assert caught.value.hint == "see `contactctl x --help`"


def test_what_must_be_given_is_missed_with_its_choices() -> None:
    with pytest.raises(UsageError, match=r"^--some is missing: one of a, b$"):
        read(parameter(Literal["a", "b"], ...), None)
