"""The account's properties and lists: how often they are asked for, and what names mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from contactctl.account.account import Account, MailingList
from contactctl.account.cache import AccountCache
from contactctl.errors import UnavailableError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from contactctl.exact_json import JsonObject

NEWS_ID, VIP_ID = "cm06f5v0e45nf0ml5754o9cix", "cm16k73gq014h0mmj5b6jdi9r"


def prop(key: str, kind: str = "string") -> JsonObject:
    return {"key": key, "label": key.title(), "type": kind}


def mailing_list(list_id: str, name: str) -> JsonObject:
    return {"id": list_id, "name": name, "description": None, "isPublic": True}


@dataclass
class Service:
    """A client that answers from two lists and counts how often."""

    known: list[JsonObject] = field(
        default_factory=lambda: [prop("plan"), prop("seats", "number"), prop("shape", "geometry")]
    )
    mailing: list[JsonObject] = field(
        default_factory=lambda: [mailing_list(NEWS_ID, "News"), mailing_list(VIP_ID, " Straße ")]
    )
    asked: list[str] = field(default_factory=list)
    fails: bool = False

    def properties(self) -> list[JsonObject]:
        return self._answer("properties", self.known)

    def lists(self) -> list[JsonObject]:
        return self._answer("lists", self.mailing)

    def _answer(self, kind: str, items: list[JsonObject]) -> list[JsonObject]:
        self.asked.append(kind)
        if self.fails:
            raise UnavailableError("the service is away")
        return list(items)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def cache(tmp_path: Path) -> AccountCache:
    return AccountCache(tmp_path / "cache", "digest", lambda: 1_700_000_000.0)


def refusal(account: Account, name: str) -> str:
    """Return message and hint of the refusal; there must be both."""
    with pytest.raises(UsageError) as caught:
        account.resolve_list(name)
    assert caught.value.hint
    return f"{caught.value.message} | {caught.value.hint}"


def test_each_property_comes_with_its_declared_type(service: Service) -> None:
    assert Account(service).properties() == {"plan": "string", "seats": "number", "shape": None}


def test_each_list_comes_with_what_the_service_shows(service: Service) -> None:
    service.mailing = [
        {"id": NEWS_ID, "name": "News", "description": "Weekly", "isPublic": True},
        {"id": VIP_ID, "name": "VIP", "description": None},
        {"name": "no id"},
    ]
    assert Account(service).lists() == (
        MailingList(NEWS_ID, "News"),
        MailingList(VIP_ID, "VIP"),
    )


def test_without_custom_keys_nothing_is_asked(service: Service) -> None:
    assert Account(service).declared_for(()) == {}
    assert service.asked == []


def test_each_kind_is_asked_for_once(service: Service) -> None:
    account = Account(service)
    for _ in range(3):
        account.declared_for(["plan"])
        account.resolve_list("News")
    assert service.asked == ["properties", "lists"]


def test_a_fresh_answer_is_not_asked_for_again_because_a_key_is_missing(service: Service) -> None:
    account = Account(service)
    assert "colour" not in account.declared_for(["colour"])
    assert "size" not in account.declared_for(["size"])
    refusal(account, "Olds")
    assert service.asked == ["properties", "lists"]


def test_the_next_command_asks_nothing(service: Service, cache: AccountCache) -> None:
    Account(service, cache).declared_for(["plan"])
    Account(service, cache).resolve_list("News")
    later = Account(service, cache)
    assert later.declared_for(["plan", "seats"])["seats"] == "number"
    assert later.resolve_list("news") == NEWS_ID
    assert service.asked == ["properties", "lists"]


def test_a_key_that_the_cache_lacks_is_asked_for_once(
    service: Service, cache: AccountCache
) -> None:
    Account(service, cache).declared_for(["plan"])
    service.known.append(prop("colour"))
    later = Account(service, cache)
    assert later.declared_for(["colour"])["colour"] == "string"
    assert "size" not in later.declared_for(["size"])
    assert service.asked == ["properties"] * 2
    assert "colour" in Account(service, cache).declared_for(["colour"])
    assert service.asked == ["properties"] * 2


def test_one_key_of_several_that_the_cache_lacks_is_enough_to_ask(
    service: Service, cache: AccountCache
) -> None:
    Account(service, cache).declared_for(["plan"])
    service.known.append(prop("colour"))
    assert "colour" in Account(service, cache).declared_for(["plan", "notes", "colour"])
    assert service.asked == ["properties"] * 2


def test_a_list_that_the_cache_lacks_is_asked_for_once(
    service: Service, cache: AccountCache
) -> None:
    Account(service, cache).lists()
    service.mailing.append(mailing_list("c" + "9" * 24, "Sports"))
    later = Account(service, cache)
    assert later.resolve_list("sports") == "c" + "9" * 24
    refusal(later, "Chess")
    assert service.asked == ["lists"] * 2


def test_two_lists_of_one_name_in_the_cache_are_asked_for_again(
    service: Service, cache: AccountCache
) -> None:
    twins = [mailing_list(NEWS_ID, "News"), mailing_list(VIP_ID, "NEWS")]
    cache.save("lists", twins)
    assert Account(service, cache).resolve_list("News") == NEWS_ID


def test_default_properties_need_no_refresh(service: Service, cache: AccountCache) -> None:
    Account(service, cache).properties()
    Account(service, cache).declared_for(["createdAt", "notes"])
    assert service.asked == ["properties"]


def test_a_service_that_is_away_is_said_so_and_nothing_is_kept(
    service: Service, cache: AccountCache
) -> None:
    service.fails = True
    with pytest.raises(UnavailableError):
        Account(service, cache).properties()
    assert cache.load("properties") is None


@pytest.mark.parametrize("text", [NEWS_ID, "c" + "a" * 20, "c" + "0" * 40])
def test_an_id_passes_without_a_request(service: Service, text: str) -> None:
    assert Account(service).resolve_list(text) == text
    assert service.asked == []


@pytest.mark.parametrize(
    "text", ["c" + "a" * 19, "d" + "a" * 24, "c" + "A" * 24, NEWS_ID + "\n", " " + NEWS_ID]
)
def test_what_is_not_quite_an_id_is_a_name(service: Service, text: str) -> None:
    assert "there is no mailing list" in refusal(Account(service), text)


@pytest.mark.parametrize(
    ("text", "list_id"),
    [("News", NEWS_ID), ("nEWS", NEWS_ID), (" news ", NEWS_ID), ("STRASSE", VIP_ID)],
)
def test_a_name_counts_without_case_and_outer_blanks(
    service: Service, text: str, list_id: str
) -> None:
    assert Account(service).resolve_list(text) == list_id


def test_an_id_of_another_form_counts_too(service: Service) -> None:
    service.mailing.append(mailing_list("list-7", "Seven"))
    assert Account(service).resolve_list("list-7") == "list-7"


def test_a_name_of_several_lists_shows_them(service: Service) -> None:
    service.mailing = [mailing_list(NEWS_ID, "News"), mailing_list(VIP_ID, "NEWS")]
    said = refusal(Account(service), "news")
    assert '2 mailing lists are called "news"' in said
    assert f'"News" ({NEWS_ID}), "NEWS" ({VIP_ID})' in said


def test_an_unknown_name_shows_what_was_meant(service: Service) -> None:
    assert f'did you mean "News" ({NEWS_ID})?' in refusal(Account(service), "Newss")


def test_a_name_near_none_shows_those_there_are(service: Service) -> None:
    said = refusal(Account(service), "Chess")
    assert NEWS_ID in said
    assert VIP_ID in said


def test_many_lists_are_not_all_shown(service: Service) -> None:
    service.mailing = [mailing_list(f"c{number:030}", f"List {number}") for number in range(50)]
    said = refusal(Account(service), "zzz")
    assert said.count("List ") == 10
    assert "and 40 more" in said


def test_an_account_without_lists_says_so(service: Service) -> None:
    service.mailing = []
    assert "the account has no mailing lists" in refusal(Account(service), "News")


def test_names_of_the_service_are_shown_harmless(service: Service) -> None:
    service.mailing = [mailing_list("\x1b[2J", "\u202e" + "n" * 400)]
    said = refusal(Account(service), "zzz")
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "n" * 60 not in said


def test_what_was_not_answered_once_is_no_bug_the_second_time(service: Service) -> None:
    """As with two names of lists and no connection, or none allowed."""
    service.fails = True
    account = Account(service)
    for name in ("News", "Straße"):
        with pytest.raises(UnavailableError, match="away"):
            account.resolve_list(name)
    assert service.asked == ["lists"]
