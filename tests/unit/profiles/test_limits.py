from __future__ import annotations

import pytest

from contactctl.errors import ExitCode, GuardError
from contactctl.profiles.api_key import ApiKey
from contactctl.profiles.credentials import Credentials, check_write_allowed


def with_limits(*, read_only: bool = False, only: tuple[str, ...] = ()) -> Credentials:
    return Credentials(
        "https://app.loops.so/api",
        ApiKey("k"),
        "profile work",
        "work",
        read_only=read_only,
        only_domains=only,
    )


@pytest.mark.parametrize("addresses", [(), ("a@b.com",), (None,)])
def test_a_read_only_profile_refuses_every_write(addresses: tuple[str | None, ...]) -> None:
    with pytest.raises(GuardError, match="profile work is read-only") as caught:
        check_write_allowed(with_limits(read_only=True), addresses)
    assert caught.value.exit_code is ExitCode.REFUSED


@pytest.mark.parametrize("addresses", [(), ("a@b.com",), (None, "x@y.org")])
def test_a_profile_without_limits_writes_anywhere(addresses: tuple[str | None, ...]) -> None:
    check_write_allowed(with_limits(), addresses)


@pytest.mark.parametrize("address", ["ada@a.com", "ADA@A.COM", "a+b@b.org", '"x@y"@a.com'])
def test_an_address_at_an_allowed_domain_may_be_written(address: str) -> None:
    check_write_allowed(with_limits(only=("a.com", "b.org")), [address])


@pytest.mark.parametrize(
    "address",
    ["ada@c.com", "ada@sub.a.com", "ada@a.com.evil.org", "ada@xa.com", "a.com", "", "a.com@c.com"],
)
def test_any_other_address_is_refused_subdomains_included(address: str) -> None:
    with pytest.raises(GuardError, match=r"only to addresses at a\.com, b\.org, not to"):
        check_write_allowed(with_limits(only=("a.com", "b.org")), [address])


def test_one_foreign_address_among_several_is_enough() -> None:
    with pytest.raises(GuardError, match=r"not to b@c\.com"):
        check_write_allowed(with_limits(only=("a.com",)), ["a@a.com", "b@c.com"])


def test_a_contact_whose_address_is_not_known_is_refused_with_the_way_out() -> None:
    with pytest.raises(GuardError, match="is not known") as caught:
        check_write_allowed(with_limits(only=("a.com",)), [None])
    assert "--email" in (caught.value.hint or "")


def test_a_write_to_no_contact_passes_a_profile_with_domains() -> None:
    check_write_allowed(with_limits(only=("a.com",)))
