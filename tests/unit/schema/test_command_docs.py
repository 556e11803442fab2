from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from typer.main import get_command

from contactctl.exact_json import JsonValue, to_json
from contactctl.menu import Branch, Leaf
from contactctl.parameters import read_ourselves
from contactctl.schema.command_docs import argument, flag, leaves
from contactctl.schema.shapes import TEXT, Output, at_least, list_of, one_of, record, said

Option = typer.Option
FLAGS: list[tuple[Any, dict[str, object]]] = [
    (Annotated[str | None, Option("-a", "--all", help="Of\n  two lines.")], {"type": "string"}),
    (Annotated[str, Option("--all")], {"type": "string", "default": "x", "required": False}),
    (Annotated[bool, Option("--all")], {"type": "boolean", "default": False}),
    (Annotated[int, Option("--all", min=1)], {"type": "integer", "minimum": 1, "default": 3}),
    (
        Annotated[float, Option("--all", min=0.5, max=3600)],
        {"type": "number", "minimum": 0.5, "maximum": 3600, "default": 1.25},
    ),
    (Annotated[list[str] | None, Option("--all")], {"repeatable": True, "default": None}),
    (Annotated[Path | None, Option("--all", metavar="FILE")], {"type": "string"}),
    (
        Annotated[Literal["a", "b"], Option("--all")],
        {"type": "string", "allowedValues": ["a", "b"], "default": "b"},
    ),
]
DEFAULTS = [None, "x", False, 3, 1.25, None, None, "b"]


def parameter(kind: Any, default: object) -> Any:  # noqa: ANN401 - Typer's own
    """Return what Typer makes of one parameter."""

    def command(all: object = default) -> None:  # noqa: A002
        pass

    command.__annotations__["all"] = kind
    app = typer.Typer(add_completion=False)
    app.command()(command)
    params = get_command(app).params
    read_ourselves(params, {"all": kind})
    return params[0]


def plain(value: JsonValue) -> Any:  # noqa: ANN401 - any JSON
    return json.loads(to_json(value))


@pytest.mark.parametrize(
    ("kind", "expected", "default"),
    [(kind, expected, default) for (kind, expected), default in zip(FLAGS, DEFAULTS, strict=True)],
)
def test_each_kind_of_flag(kind: object, expected: dict[str, object], default: object) -> None:
    found = plain(flag(parameter(kind, default)))
    assert found["names"][-1] == "--all"
    assert {name: found[name] for name in expected} == expected
    assert "\n" not in found["help"]


def test_a_flag_with_a_no_and_a_flag_that_must_be_given() -> None:
    both = plain(flag(parameter(Annotated[bool | None, Option("--all/--none")], None)))
    assert (both["names"], both["negativeNames"]) == (["--all"], ["--none"])
    assert (both["type"], both["default"]) == ("boolean", None)
    needed = plain(flag(parameter(Annotated[str, Option("--all")], ...)))
    assert needed["required"] is True


def test_arguments_one_and_many() -> None:
    one = plain(argument(parameter(Annotated[str, typer.Argument(metavar="NAME")], ...)))
    assert (one["name"], one["metavar"], one["required"]) == ("all", "NAME", True)
    many = plain(argument(parameter(Annotated[list[str], typer.Argument()], ...)))
    assert (one["repeatable"], many["repeatable"]) == (False, True)


@given(st.floats(0.001, 1e6) | st.integers(0, 10**9))
def test_numbers_come_out_as_they_are(number: float) -> None:
    found = plain(flag(parameter(Annotated[type(number), Option("--all")], number)))
    assert found["default"] == number


def test_the_leaves_of_a_tree_come_in_order_with_their_words() -> None:
    leaf = Leaf("m", "f", "s")
    inner = Branch("s", {"": {"c": leaf, "d": leaf}})
    tree = Branch("s", {"One": {"a": leaf, "b": inner}, "Two": {"e": leaf}})
    assert [path for path, _ in leaves(tree)] == [("a",), ("b", "c"), ("b", "d"), ("e",)]


# shapes


def fits(schema: JsonValue, text: str) -> bool:
    try:
        Draft202012Validator(plain(schema)).validate(json.loads(text))
    except ValidationError:
        return False
    return True


def test_a_record_is_closed_unless_it_says_what_more_there_may_be() -> None:
    closed = record({"a": TEXT, "b": TEXT}, optional=("b",))
    assert fits(closed, '{"a": "x"}')
    assert fits(closed, '{"a": "x", "b": "y"}')
    assert not fits(closed, '{"b": "y"}')
    assert not fits(closed, '{"a": "x", "c": 1}')
    assert fits(record({"a": TEXT}, more=True), '{"a": "x", "c": 1}')
    assert not fits(record({"a": TEXT}, more=TEXT), '{"a": "x", "c": 1}')


def test_the_other_shapes() -> None:
    assert fits(list_of(TEXT), '["a"]')
    assert not fits(list_of(TEXT), "[1]")
    assert fits(one_of("a", "b"), '"b"')
    assert not fits(one_of("a", "b"), '"c"')
    assert not fits(at_least(0), "-1")
    assert said("words", TEXT)["description"] == "words"


def test_an_output_says_its_form() -> None:
    one, many = Output(TEXT).to_json_object(), Output(TEXT, "--all", lines=True).to_json_object()
    assert (one["flag"], one["form"]) == (None, "json")
    assert (many["flag"], many["form"]) == ("--all", "json-lines")
