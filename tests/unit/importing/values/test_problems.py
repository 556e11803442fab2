"""Problems of rows, counted by column and kind."""

from __future__ import annotations

from contactctl.changes.typing_rules import ValueProblem
from contactctl.exact_json import to_json
from contactctl.importing.values.problems import Problems


def bad(value: str | None, *, column: str | None = "seats", hint: str | None = "h") -> ValueProblem:
    return ValueProblem("message", hint=hint, kind="not a number", value=value, column=column)


def test_values_are_counted_and_the_most_frequent_are_examples() -> None:
    problems = Problems()
    for line, value in enumerate(["a", "b", "c", "d", "d", "b", "d", "d"], start=2):
        problems.add(bad(value), line)
    (group,) = problems.groups
    assert (group.count, group.hint, group.is_complete) == (8, "h", False)
    assert [(example.value, example.lines) for example in group.examples] == [
        ("d", [5, 6, 8]),
        ("b", [3, 7]),
        ("a", [2]),
    ]


def test_a_line_is_named_once() -> None:
    problems = Problems()
    for _ in range(5):
        problems.add(bad(None), 1)
    assert problems.groups[0].examples[0].lines == [1]


def test_ways_out_that_differ_stay_with_their_values() -> None:
    problems = Problems()
    problems.add(bad("42.0", hint="it is 42"), 2)
    problems.add(bad("43.0", hint="it is 43"), 3)
    (group,) = problems.groups
    assert group.hint is None
    assert [example.hint for example in group.examples] == ["it is 42", "it is 43"]


def test_columns_are_told_apart() -> None:
    problems = Problems()
    problems.add(bad("x"), 2)
    problems.add(bad("x", column="plan"), 2)
    assert [group.column for group in problems.groups] == ["seats", "plan"]


def test_a_new_problem_in_every_row_does_not_fill_the_memory() -> None:
    problems = Problems()
    for line in range(2, 2002):
        problems.add(bad(f"value {line}"), line)
        problems.add(ValueProblem(f"new {line}"), line)
    first, *others = problems.groups
    assert (first.count, len(first._values), first.is_complete) == (2000, 100, False)
    assert len(others) <= 50
    assert sum(group.count for group in others) == 2000
    assert others[-1].kind == "problems of other kinds"


def test_a_group_in_json_has_three_examples_of_as_many_values_as_there_are() -> None:
    problems = Problems()
    for line, value in enumerate(["x", "x", "x" * 100, "x"], start=2):
        problems.add(bad(value), line)
    examples = problems.groups[0].to_json_object()["examples"]
    cut = "x" * 59 + "…"
    assert to_json(examples) == (
        f'[{{"value":"x","line":2}},{{"value":"{cut}","line":4}},{{"value":"x","line":3}}]'
    )
