from __future__ import annotations

import io

import pytest
from hostile_names import HOSTILE_NAMES
from hypothesis import given
from hypothesis import strategies as st
from make_completion_table import TABLE, make_table
from pressing_tab import Tab

from contactctl.completion.cursor import SHELLS, Flag, Place, answer, is_safe
from contactctl.completion.table import ARGUMENTS, CHILDREN, ROWS
from contactctl.profiles.profile import is_name

LIST_ID = "cm06f5v0e45nf0ml5754o9cix"


@pytest.fixture
def tab(own_folders: dict[str, str]) -> Tab:
    return Tab(own_folders)


def test_the_table_is_equal_to_the_command_tree() -> None:
    """Fails after a change of commands or flags until the table is written anew.

    python tests/support/make_completion_table.py
    """
    assert TABLE.read_text(encoding="utf-8") == make_table()


def test_what_the_table_offers_is_safe_in_every_shell() -> None:
    names = [name for children in CHILDREN.values() for name in children]
    names += [name for key in ROWS for name in Flag(key).names]
    values = [row[1] or "" for row in ROWS.values()]
    values += [kind for kinds in ARGUMENTS.values() for kind in kinds]
    names += [word for text in values for word in text.split() if not text.startswith("<")]
    assert [name for name in names if not is_safe(name)] == []
    assert all(row[2].isascii() and row[2].isprintable() and row[2] for row in ROWS.values())


class TestCommands:
    def test_the_first_word_is_a_command(self, tab: Tab) -> None:
        assert {"update", "profile", "sandbox", "completion"} <= set(tab(""))
        assert tab("upd") == ["update"]

    def test_a_command_word_comes_with_its_summary(self, tab: Tab) -> None:
        assert tab.lines("completio") == [
            "words 9",
            "completion\tPrint a shell's completion script",
        ]

    def test_below_a_group_stand_its_commands(self, tab: Tab) -> None:
        assert tab("profile", "") == ["add", "list", "use", "show", "check", "remove"]

    def test_help_and_schema_take_the_words_of_a_command(self, tab: Tab) -> None:
        assert tab("help", "upd") == ["update"]
        assert tab("help", "opt") == ["options"]
        assert tab("help", "profile", "") == ["add", "list", "use", "show", "check", "remove"]
        assert tab("schema", "suppression", "c") == ["check"]
        assert tab("schema", "opt") == []
        assert not {"update", "options"} & set(tab("help", "update", ""))

    def test_flags_before_the_command_word_are_passed_over(self, tab: Tab) -> None:
        assert tab("-o", "json", "--timeout=3", "-qv", "--sandbox", "upd") == ["update"]

    def test_a_flag_value_is_no_command(self, tab: Tab) -> None:
        assert tab("--profile", "profile", "ad") == []
        assert tab("-vp", "update", "profile", "ad") == ["add"]

    def test_nothing_is_offered_below_an_unknown_command(self, tab: Tab) -> None:
        assert tab("bogus", "") == []
        assert tab("bogus", "--") == []

    def test_shells_that_match_themselves_get_all(self, tab: Tab) -> None:
        assert "profile" in tab("upd", at="zsh")
        assert "profile" in tab("upd", at="fish")
        assert tab("upd", at="powershell") == ["update"]


class TestFlags:
    def test_a_dash_offers_long_and_short_names(self, tab: Tab) -> None:
        assert {"-e", "--email", "-o", "--output", "--help"} <= set(tab("update", "-"))

    def test_two_dashes_offer_long_names_only(self, tab: Tab) -> None:
        assert all(name.startswith("--") for name in tab("update", "--"))

    def test_an_empty_word_offers_long_names_where_only_flags_follow(self, tab: Tab) -> None:
        assert "--email" in tab("update", "")
        assert "-e" not in tab("update", "")
        assert "--email" not in tab("completion", "")

    def test_a_flag_given_is_not_offered_again(self, tab: Tab) -> None:
        assert "--email" not in tab("update", "-e", "ada@example.com", "--")
        assert "--output" not in tab("-o", "json", "update", "--")

    def test_one_of_two_opposites_given_hides_both(self, tab: Tab) -> None:
        found = tab("update", "--unsubscribed", "--")
        assert {"--subscribed", "--unsubscribed"}.isdisjoint(found)

    def test_a_repeatable_flag_is_offered_again(self, tab: Tab) -> None:
        assert "--prop" in tab("update", "--prop", "plan=pro", "--")

    def test_nothing_stands_where_a_free_value_is_due(self, tab: Tab) -> None:
        assert tab("update", "--email", "") == []
        assert tab("update", "--email", "--") == []
        assert tab("update", "--email=") == []

    def test_two_dashes_alone_end_the_flags(self, tab: Tab) -> None:
        assert tab("update", "--", "--em") == []
        assert tab("completion", "--", "z") == ["zsh"]

    def test_two_dashes_before_a_command_end_the_flags_of_the_program_alone(self, tab: Tab) -> None:
        assert tab("--", "update", "--em") == ["--email"]
        assert tab("--", "profile", "add", "--key-st") == ["--key-stdin"]

    def test_the_version_is_asked_for_everywhere(self, tab: Tab) -> None:
        assert tab("--vers") == ["--version"]
        assert tab("update", "--vers") == ["--version"]


class TestValues:
    @pytest.mark.parametrize(
        ("words", "length"),
        [
            (("--output", "j"), 1),
            (("--output=j",), 1),
            (("-o", "j"), 1),
            (("-vo", "j"), 1),
            (("update", "--output=j"), 1),
            (('--output="j',), 1),
            (("--output", "'j"), 1),
        ],
    )
    def test_a_closed_set(self, tab: Tab, words: tuple[str, ...], length: int) -> None:
        assert tab.lines(*words) == [f"words {length}", "json\t"]

    def test_the_shells(self, tab: Tab) -> None:
        assert tab("completion", "") == list(SHELLS)
        assert tab("completion", "zsh", "") != list(SHELLS)

    @pytest.mark.parametrize(
        "word", [f"{LIST_ID}=t", "Product news=t", '"Product news=t', "a=b=t", "$(x)=t"]
    )
    def test_a_list_is_left_or_joined(self, tab: Tab, word: str) -> None:
        assert tab.lines("update", "--list", word) == ["words 1", "true\t"]
        assert tab("update", "--list", word[:-1]) == ["true", "false"]

    def test_files_are_left_to_the_shell(self, tab: Tab) -> None:
        assert tab.lines("update", "--data", "@dir/fi") == ["files 6"]
        assert tab.lines("update", "-d", "@") == ["files 0"]
        assert tab.lines("update", "--data=@fi") == ["files 2"]
        assert tab.lines("update", "--data", '{"a"') == ["words 4"]


class TestAnswer:
    def test_an_unknown_shell_makes_it_an_ordinary_call(self) -> None:
        stdout = io.StringIO()
        assert answer([], {"_CONTACTCTL_COMPLETE": "tcsh"}, stdout) is None
        assert answer([], {"_CONTACTCTL_COMPLETE": ""}, stdout) is None
        assert answer([], {}, stdout) is None
        assert stdout.getvalue() == ""

    def test_an_unset_word_is_an_empty_one(self) -> None:
        stdout = io.StringIO()
        assert answer(["completion"], {"_CONTACTCTL_COMPLETE": "powershell"}, stdout) == 0
        assert stdout.getvalue().splitlines()[0] == "words 0"

    def test_a_closed_stdout_is_no_error(self) -> None:
        stdout = io.StringIO()
        stdout.close()
        assert answer([], {"_CONTACTCTL_COMPLETE": "bash"}, stdout) == 0
        assert answer([], {"_CONTACTCTL_COMPLETE": "bash"}, None) == 0

    @given(st.lists(st.one_of(st.text(), st.sampled_from(["update", "-o", "--list", "--", "-d"]))))
    def test_no_words_end_in_an_error_or_an_unsafe_line(self, words: list[str]) -> None:
        *before, word = [*words, ""]
        for current in (word, "".join(words[-1:]), "--list=" + "".join(words[-1:])):
            stdout = io.StringIO()
            env = {"_CONTACTCTL_COMPLETE": "bash", "_CONTACTCTL_WORD": current}
            env["CONTACTCTL_CONFIG_DIR"] = "/nonexistent"
            assert answer(before, env, stdout) == 0
            first, *lines = stdout.getvalue().splitlines()
            kind, length = first.split(" ")
            assert kind in {"words", "files"}
            assert 0 <= int(length) <= len(current)
            assert all(is_safe(line.partition("\t")[0].removesuffix("=")) for line in lines)

    @given(st.text())
    def test_every_name_of_a_profile_is_a_safe_candidate(self, text: str) -> None:
        assert not is_name(text) or is_safe(text)
        assert not is_safe(text) or text.isascii()

    @pytest.mark.parametrize("name", HOSTILE_NAMES)
    def test_hostile_names_are_unsafe_or_look_like_flags(self, name: str) -> None:
        assert not is_safe(name) or name.startswith("-")


class TestPlace:
    def test_values_of_flags_are_known_by_the_longest_name(self) -> None:
        place = Place(["-pwork", "update", "-o", "json", "--list=a=true"])
        assert place.command == "update"
        assert place.settings == {"--profile": "work", "--output": "json", "--list": "a=true"}

    def test_a_dash_alone_is_an_argument(self) -> None:
        place = Place(["update", "--data", "-", "-"])
        assert place.settings == {"--data": "-"}
        assert place.position == 1

    def test_an_unknown_flag_takes_no_value(self) -> None:
        assert Place(["--bogus", "update"]).command == "update"
        assert Place(["-xo", "update"]).command == "update"
