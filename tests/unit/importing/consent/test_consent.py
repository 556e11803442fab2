"""Cells read as consent, by the flags of their column."""

from __future__ import annotations

import pytest
from known_account import account_fields

from contactctl.changes.typing_rules import ValueProblem
from contactctl.errors import UsageError
from contactctl.exact_json import Number
from contactctl.importing.columns.convert import CsvConverter
from contactctl.importing.columns.convert_json import JsonConverter
from contactctl.importing.columns.rules import ColumnRules, parse_rules
from contactctl.importing.consent.consent import ConsentReader
from contactctl.importing.row import Row

FIELDS = account_fields({"plan": "string"}, str)


def reader(column: str = "c", **flags: list[str] | bool) -> ConsentReader:
    flags.setdefault("allow_resubscribe", "never_resubscribe" not in flags)
    return ConsentReader(column, parse_rules(**flags))  # type: ignore[arg-type]  # of any flag


@pytest.mark.parametrize(
    ("target", "text", "expected"),
    [
        ("subscribed", "yes", True),
        ("subscribed", "FALSE", False),
        ("!subscribed", "true", False),
        ("!subscribed", "0", True),
        ("! Subscribed", "Ja", False),
        ("!subscribed", "2024-01-02 10:11:12", False),
        ("!subscribed", "1704190272", False),
    ],
)
def test_a_mapped_column_says_yes_or_no(target: str, text: str, *, expected: bool) -> None:
    assert reader(maps=[f"c={target}"]).read(text) is expected


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("subscribed", "2024-01-02"),
        ("subscribed", "active"),
        ("!subscribed", "no longer interested"),
        ("!subscribed", "0000-00-00"),
    ],
)
def test_what_is_neither_is_a_problem(target: str, text: str) -> None:
    with pytest.raises(ValueProblem, match="neither yes nor no") as caught:
        reader(maps=[f"c={target}"]).read(text)
    assert "--unsubscribed-when" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("text", "only_in", "only_out"),
    [
        ("Active", True, None),
        ("  CANCELLED ", False, False),
        ("paused for  a while", False, None),
        ("new", False, None),
    ],
)
def test_one_list_of_words_takes_the_safe_side(
    text: str, *, only_in: bool | None, only_out: bool | None
) -> None:
    assert reader(subscribed_when=["c=active,yes"]).read(text) is only_in
    assert reader(unsubscribed_when=["c=cancelled"]).read(text) is only_out


def test_a_word_that_opts_out_and_is_not_listed_is_refused() -> None:
    with pytest.raises(ValueProblem, match='"Cleaned" looks like an opt-out'):
        reader(unsubscribed_when=["c=cancelled"]).read("Cleaned")


def test_with_both_lists_a_word_in_neither_is_refused() -> None:
    both = reader(subscribed_when=["c=active"], unsubscribed_when=["c=gone", "c=left"])
    assert [both.read(text) for text in ("Active", "gone", "LEFT")] == [True, False, False]
    with pytest.raises(ValueProblem, match='"new" is in neither'):
        both.read("new")


def test_any_word_can_opt_out() -> None:
    assert reader(unsubscribed_when=["c=*"]).read("no longer interested") is False
    assert reader(unsubscribed_when=["c=*"], subscribed_when=["c=yes"]).read("yes") is True


@pytest.mark.parametrize("cell", ["", " ", "null"])
def test_an_empty_cell_opts_out_where_it_is_listed(cell: str) -> None:
    marked = reader(unsubscribed_when=["c=(empty)"])
    assert marked.read_cell(cell, "null") is False
    assert marked.read_cell("x", "null") is None
    assert marked.read_json(None) is False
    assert reader(unsubscribed_when=["c=no"]).read_cell(cell, "null") is None


def test_an_absent_key_is_empty() -> None:
    converter = JsonConverter(parse_rules(unsubscribed_when=["mark=(empty)"]), FIELDS)
    change = converter.to_change(Row(1, 2, values={"email": "a@b.co"}))
    assert change.values == {"subscribed": False}


def test_words_may_hold_commas_and_columns_equals_signs() -> None:
    assert reader("a=b", unsubscribed_when=['a=b="no, thanks",gone']).read("No, thanks") is False


def test_true_is_refused_sent_or_left_out() -> None:
    words = ["c=subscribed"]
    with pytest.raises(ValueProblem, match="would re-subscribe") as caught:
        reader(maps=words, allow_resubscribe=False).read("true")
    hint = str(caught.value.hint)
    assert 0 <= hint.index("--never-resubscribe") < hint.index("--allow-resubscribe")
    assert reader(maps=words, never_resubscribe=True).read("true") is None
    assert reader(maps=words, never_resubscribe=True).read("false") is False


def test_a_column_that_was_mapped_the_wrong_way_round_is_told_so_first() -> None:
    wrong = reader("unsubscribed", maps=["unsubscribed=subscribed"], allow_resubscribe=False)
    with pytest.raises(ValueProblem) as caught:
        wrong.read("true")
    assert str(caught.value.hint).startswith("--map 'unsubscribed=!subscribed'")


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, False), (False, True), (Number("1"), False), ("no", True), (None, None), ("", None)],
)
def test_json_values_of_a_mapped_key(value: object, *, expected: bool | None) -> None:
    assert reader(maps=["c=!subscribed"]).read_json(value) is expected  # type: ignore[arg-type]


def test_a_list_is_no_single_value() -> None:
    with pytest.raises(ValueProblem, match="not a single value"):
        reader(maps=["c=!subscribed"]).read_json([True])


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"subscribed_when": ["active"]}, "not COLUMN=WORD"),
        ({"unsubscribed_when": ["Status="]}, "not COLUMN=WORD"),
        ({"unsubscribed_when": ["=gone"]}, "not COLUMN=WORD"),
        ({"unsubscribed_when": ["Status=gone,..."]}, "has yet to be filled in"),
        ({"subscribed_when": ["Status=*"]}, "would subscribe people about whom nothing is known"),
        ({"subscribed_when": ["Status=(empty)"]}, "would subscribe people"),
        ({"subscribed_when": ["S=a"], "unsubscribed_when": ["S=A"]}, '"a" of the column "S"'),
        ({"maps": ["S=plan"], "unsubscribed_when": ["S=A"]}, "given to --map"),
        ({"ignored": ["S"], "subscribed_when": ["S=A"]}, "given to --ignore"),
        ({"maps": ["S=!plan"]}, "only subscribed can be turned round"),
        ({"allow_resubscribe": True, "never_resubscribe": True}, "contradict each other"),
    ],
)
def test_flags_that_cannot_be_read(flags: dict[str, list[str]], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse_rules(**flags)  # type: ignore[arg-type]  # of any flag


def csv_body(columns: tuple[str, ...], rules: ColumnRules, *cells: str) -> str:
    change = CsvConverter(columns, rules, FIELDS).to_change(Row(1, 2, cells))
    return change.to_body().decode()


@pytest.mark.parametrize(
    ("cells", "subscribed"),
    [
        (("true", "", ""), True),
        (("true", "2024-01-02", ""), False),
        (("", "", "bounced"), False),
        (("false", "", "ok"), False),
        (("true", "null", "ok"), True),
        (("", "  ", ""), None),
    ],
)
def test_of_several_columns_one_no_is_enough(
    cells: tuple[str, ...], *, subscribed: bool | None
) -> None:
    columns = ("email", "Newsletter", "UNSUB_TIME", "health")
    rules = parse_rules(
        ["Newsletter=subscribed", "UNSUB_TIME=!subscribed"],
        unsubscribed_when=["health=bounced"],
        allow_resubscribe=True,
    )
    told = {None: "", True: ',"subscribed":true', False: ',"subscribed":false'}[subscribed]
    assert csv_body(columns, rules, "a@b.co", *cells) == f'{{"email":"a@b.co"{told}}}'
    keys = dict(zip(columns[1:], cells, strict=True))
    row = Row(1, 2, values={"email": "a@b.co", **{key: keys[key] or None for key in keys}})
    if "null" not in cells and "  " not in cells:
        body = JsonConverter(rules, FIELDS).to_change(row).to_body().decode()
        assert body == f'{{"email":"a@b.co"{told}}}'


def test_the_plain_column_takes_no_null() -> None:
    with pytest.raises(ValueProblem, match="subscribed: null cannot empty"):
        csv_body(("email", "subscribed"), ColumnRules(), "a@b.co", "null")


def test_flags_of_consent_make_another_run() -> None:
    found = {
        parse_rules(never_resubscribe=True).describe(),
        parse_rules(subscribed_when=["S=a"]).describe(),
        parse_rules(subscribed_when=["S=b"]).describe(),
        parse_rules(unsubscribed_when=["S=a"]).describe(),
        parse_rules(maps=["S=!subscribed"]).describe(),
        parse_rules(maps=["S=subscribed"]).describe(),
        parse_rules().describe(),
    }
    assert len(found) == 7
    one, other = (parse_rules(subscribed_when=[f"S={text}"]) for text in ("a,b", "B, a"))
    assert one.describe() == other.describe()
