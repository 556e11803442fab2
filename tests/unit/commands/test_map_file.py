"""Flags of columns in a file: read back they mean the same, and a call's own flags win."""

from __future__ import annotations

import os
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from contactctl.commands.imports.file_flags import ColumnFlags
from contactctl.commands.imports.map_file import (
    check_target,
    load_map,
    merged,
    save_map,
    to_toml,
)
from contactctl.errors import UsageError
from contactctl.importing.consent.consent import join_names

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8).filter(
    lambda text: text == text.strip()
)
FIELDS = st.sampled_from(["plan", "email", "list:Product updates", "!subscribed"])
WORDS = st.lists(NAMES.filter(lambda text: "=" not in text and text != "..."), min_size=1)


@st.composite
def flags_of_columns(draw: st.DrawFn) -> ColumnFlags:
    """Draw flags that can be read: no column is in two of them."""
    columns = draw(st.lists(NAMES, unique=True, max_size=8))
    kinds = [draw(st.sampled_from(["map", "ignore", "only", "in", "out"])) for _ in columns]
    by_kind = {
        kind: [column for column, one in zip(columns, kinds, strict=True) if one == kind]
        for kind in ("map", "ignore", "only", "in", "out")
    }
    never = draw(st.booleans())
    return ColumnFlags(
        maps=[f"{column}={draw(FIELDS)}" for column in by_kind["map"]],
        ignored=by_kind["ignore"],
        only=[join_names(by_kind["only"])] if by_kind["only"] else None,
        constants=[f"{name}={draw(st.text(max_size=5))}" for name in draw(st.sets(FIELDS))],
        subscribed_when=[f"{column}={join_names(draw(WORDS))}" for column in by_kind["in"]],
        unsubscribed_when=[f"{column}={join_names(draw(WORDS))}" for column in by_kind["out"]],
        ignore_unknown=draw(st.booleans()),
        empty_clears=draw(st.booleans()),
        never_resubscribe=never,
        allow_resubscribe=not never and draw(st.booleans()),
    )


@given(flags_of_columns())
def test_what_is_saved_is_read_back_as_the_same_rules(
    tmp_path_factory: pytest.TempPathFactory, flags: ColumnFlags
) -> None:
    try:
        rules = flags.to_rules()
    except UsageError:  # words of commas and quotes alone
        reject()
    path = tmp_path_factory.mktemp("map") / "map.toml"
    save_map(path, flags)
    assert load_map(path).to_rules() == rules
    assert merged(ColumnFlags(), load_map(path)).to_rules().describe() == rules.describe()
    assert merged(flags, load_map(path)).to_rules() == rules


def test_every_flag_of_columns_can_be_kept(tmp_path: Path) -> None:
    """A new flag that the file has no word for is an error here."""
    samples: dict[str, Any] = {
        "only": ["a,b"],
        "maps": ["c=plan"],
        "ignored": ["d"],
        "constants": ["plan=pro"],
    }
    for item in fields(ColumnFlags):
        value = samples.get(item.name, True if item.default is False else ["e=x"])
        save_map(tmp_path / "map.toml", ColumnFlags(**{item.name: value}))
        assert getattr(load_map(tmp_path / "map.toml"), item.name) == value, item.name


def load(tmp_path: Path, text: str) -> ColumnFlags:
    path = tmp_path / "map.toml"
    path.write_text(text)
    return load_map(path)


def test_a_file_is_written_by_hand(tmp_path: Path) -> None:
    flags = load(
        tmp_path,
        """
        ignore-unknown = true
        ignore = ["Notes", ""]
        only = ["Email", "First, name"]
        [map]
        "First, name" = "firstName"
        [set]
        seats = 5
        trial = true
        price = 1.50
        signupDate = 2024-01-17
        [unsubscribed-when]
        Status = ["Unsubscribed", "gone, for good"]
        state = "cancelled,deleted"
        """,
    )
    assert flags == ColumnFlags(
        ignore_unknown=True,
        ignored=["Notes", ""],
        only=['Email,"First, name"'],
        maps=["First, name=firstName"],
        constants=["seats=5", "trial=true", "price=1.50", "signupDate=2024-01-17"],
        unsubscribed_when=['Status=Unsubscribed,"gone, for good"', "state=cancelled,deleted"],
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("maps = 1", '"maps" is not a column flag'),
        ("map = 1", "map must be a table"),
        ("[map]\na = 1", 'map."a" must be a string'),
        ('[map]\na = "b=c"', 'map."a" cannot hold a ='),
        ('[set]\n"a=b" = "c"', 'set."a=b" cannot hold a ='),
        ("ignore = 'a'", "ignore must be a list of strings"),
        ("[subscribed-when]\na = [1]", "subscribed-when must be a list of strings"),
        ("ignore-unknown = 1", "ignore-unknown must be true or false"),
        ("[map", "it is not TOML"),
        ("a = '" + "x" * (1 << 20) + "'", "larger than 1 MiB"),
    ],
)
def test_what_is_no_such_file_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(tmp_path, text)
    assert expected in caught.value.message
    assert "map.toml" in caught.value.message


def test_a_missing_file_and_one_that_is_not_utf_8_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no file"):
        load_map(tmp_path / "none.toml")
    (tmp_path / "map.toml").write_bytes(b'ignore = ["\xe4"]')
    with pytest.raises(UsageError, match="not UTF-8"):
        load_map(tmp_path / "map.toml")


def test_a_call_wins_over_the_file_column_by_column() -> None:
    kept = ColumnFlags(
        maps=["a=plan", "b=note"],
        ignored=["c", "d"],
        only=["a,b,e"],
        constants=["source=crm", "seats=5"],
        unsubscribed_when=["e=x"],
        never_resubscribe=True,
    )
    given = ColumnFlags(
        maps=["c=zip", "e=subscribed"],
        ignored=["a"],
        constants=["Source=web"],
        allow_resubscribe=True,
    )
    found = merged(given, kept)
    assert found.maps == ["c=zip", "e=subscribed", "b=note"]
    assert found.ignored == ["a", "d"]
    assert found.only == ["b,e"]
    assert found.constants == ["Source=web", "seats=5"]
    assert not found.unsubscribed_when
    assert (found.never_resubscribe, found.allow_resubscribe) == (False, True)
    found.to_rules()


def test_a_file_of_flags_is_private_and_takes_the_place_of_such_a_file_alone(
    tmp_path: Path,
) -> None:
    path, link = tmp_path / "map.toml", tmp_path / "link.toml"
    save_map(path, ColumnFlags(ignored=["a"]))
    link.symlink_to(path)
    save_map(link, ColumnFlags(ignored=["b"]))
    assert load_map(path).ignored == ["b"]
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o600
    for other, text in (("people.csv", "email\n"), ("map2.toml", to_toml(ColumnFlags())[1:])):
        (tmp_path / other).write_text(text)
        with pytest.raises(UsageError, match="not written by --save-map"):
            save_map(tmp_path / other, ColumnFlags())
        assert (tmp_path / other).read_text() == text
    with pytest.raises(UsageError, match="not written by"):
        check_target(tmp_path)
    with pytest.raises(UsageError, match="no folder"):
        check_target(tmp_path / "none" / "map.toml")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name there")
def test_a_pipe_is_not_opened_to_see_what_it_is(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="not written by"):
        check_target(tmp_path / "pipe")


def test_the_file_in_the_readme_is_one(tmp_path: Path) -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```toml\n(# people\.map\.toml.*?)```", readme, flags=re.DOTALL)
    flags = load(tmp_path, text)
    assert flags.maps == ["Tier=plan"]
    flags.to_rules()
