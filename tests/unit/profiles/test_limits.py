from __future__ import annotations

import pytest

from contactctl.errors import CredentialsError, ExitCode, GuardError, UsageError
from contactctl.profiles.api_key import ApiKey
from contactctl.profiles.credentials import Credentials
from contactctl.profiles.limits import Limits, limits_of

ENV = {
    "CONTACTCTL_READ_ONLY": "1",
    "CONTACTCTL_ONLY_DOMAINS": "A.com, b.org",
    "CONTACTCTL_EXPECT_TEAM": "Example",
}


def with_limits(
    *, read_only: bool = False, only: tuple[str, ...] = (), team: str | None = None
) -> Credentials:
    return Credentials(
        "https://app.loops.so/api",
        ApiKey("k"),
        "profile work",
        "work",
        read_only=read_only,
        only_domains=only,
        expected_team=team,
    )


def limits(*, read_only: bool = False, only: tuple[str, ...] = ()) -> Limits:
    return limits_of(with_limits(read_only=read_only, only=only), {})


def variable(name: str, text: str | None = None) -> Limits:
    full = f"CONTACTCTL_{name}"
    return limits_of(with_limits(), {full: ENV[full] if text is None else text})


@pytest.mark.parametrize("addresses", [(), ("a@b.com",), (None,)])
def test_a_read_only_profile_refuses_every_write(addresses: tuple[str | None, ...]) -> None:
    with pytest.raises(GuardError, match="profile work is read-only") as caught:
        limits(read_only=True).check_write(addresses)
    assert caught.value.exit_code is ExitCode.REFUSED


@pytest.mark.parametrize("addresses", [(), ("a@b.com",), (None, "x@y.org")])
def test_a_profile_without_limits_writes_anywhere(addresses: tuple[str | None, ...]) -> None:
    assert limits() == Limits([], [], [])
    limits().check_write(addresses)


@pytest.mark.parametrize("address", ["ada@a.com", "ADA@A.COM", "a+b@b.org", '"x@y"@a.com'])
def test_an_address_at_an_allowed_domain_may_be_written(address: str) -> None:
    limits(only=("a.com", "b.org")).check_write([address])
    variable("ONLY_DOMAINS").check_write([address])


@pytest.mark.parametrize(
    "address",
    ["ada@c.com", "ada@sub.a.com", "ada@a.com.evil.org", "ada@xa.com", "a.com", "", "a.com@c.com"],
)
def test_any_other_address_is_refused_subdomains_included(address: str) -> None:
    for found in (limits(only=("a.com", "b.org")), variable("ONLY_DOMAINS")):
        with pytest.raises(GuardError, match=r"only to addresses at a\.com, b\.org, not to"):
            found.check_write([address])


def test_one_foreign_address_among_several_is_enough() -> None:
    with pytest.raises(GuardError, match=r"not to b@c\.com"):
        limits(only=("a.com",)).check_write(iter(["a@a.com", "b@c.com"]))


def test_a_contact_whose_address_is_not_known_is_refused_with_the_way_out() -> None:
    with pytest.raises(GuardError, match="is not known") as caught:
        limits(only=("a.com",)).check_write([None])
    assert "--email" in (caught.value.hint or "")


def test_a_write_to_no_contact_passes_a_profile_with_domains() -> None:
    limits(only=("a.com",)).check_write()


def test_a_profile_and_the_variables_limit_together() -> None:
    """A variable is no way to widen what the profile allows, nor the other way round."""
    both = limits_of(with_limits(only=("a.com", "c.com")), ENV | {"CONTACTCTL_READ_ONLY": "no"})
    both.check_write(["ada@a.com"])
    for address, setter in (("x@c.com", "CONTACTCTL_ONLY_DOMAINS"), ("x@b.org", "profile work")):
        with pytest.raises(GuardError, match=setter):
            both.check_write([address])
    with pytest.raises(GuardError, match="profile work is read-only"):
        limits_of(with_limits(read_only=True), {"CONTACTCTL_READ_ONLY": "0"}).check_write()


def test_the_variable_forbids_writes_by_its_usual_words() -> None:
    for text in ("1", "true", "YES"):
        with pytest.raises(GuardError, match=r"\(CONTACTCTL_READ_ONLY\) is read-only") as caught:
            variable("READ_ONLY", text).check_write()
        assert "unset CONTACTCTL_READ_ONLY" in (caught.value.hint or "")
    for text in ("0", "false", "No"):
        variable("READ_ONLY", text).check_write()


@pytest.mark.parametrize("name", ["READ_ONLY", "ONLY_DOMAINS", "EXPECT_TEAM"])
def test_a_limit_that_cannot_be_read_is_never_off_unseen(name: str) -> None:
    for text in ("", " ", *(("maybe",) if name != "EXPECT_TEAM" else ())):
        with pytest.raises(UsageError, match=f"CONTACTCTL_{name}"):
            variable(name, text)


def test_every_team_that_is_named_must_be_the_keys() -> None:
    for team in ("Example", "Other", None):
        for found in (
            limits_of(with_limits(team="Example"), {}),
            limits_of(with_limits(), {"CONTACTCTL_EXPECT_TEAM": "Example"}),
            limits_of(with_limits(), {}, "Example"),
        ):
            if team == "Example":
                found.check_team(team)
                continue
            with pytest.raises(CredentialsError, match='expects team "Example"'):
                found.check_team(team)
    with pytest.raises(CredentialsError, match="profile work expects"):
        limits_of(with_limits(team="Other"), {}, "Example").check_team("Example")


def test_a_flag_without_a_name_is_an_empty_shell_variable() -> None:
    with pytest.raises(UsageError, match="--expect-team names no team"):
        limits_of(with_limits(), {}, "")
