from __future__ import annotations

from email.utils import formatdate
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contactctl.doctor import service
from contactctl.doctor.check import exit_code_of, ok
from contactctl.doctor.service import Answer
from contactctl.errors import (
    ContactctlError,
    DeadlineError,
    Ending,
    NoConnectionError,
    ProxyError,
    RateLimitedError,
    StoppedError,
    TrustError,
    UnauthorizedError,
    UnavailableError,
)
from contactctl.profiles.api_key import ApiKey
from contactctl.profiles.credentials import Credentials
from contactctl.service.replies import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contactctl.exact_json import JsonObject, JsonValue

SECRET = "canary-0123456789abcdef"
NOW_S = 1_750_000_000.0
HOST = "https://app.example.com/api"


def credentials(
    base_url: str = HOST, *, team: str | None = None, is_sandbox: bool = False
) -> Credentials:
    return Credentials(base_url, ApiKey(SECRET), "here", team=team, is_sandbox=is_sandbox)


def with_status(error: ContactctlError, status: int) -> ContactctlError:
    error.status = status
    return error


class Service:
    """Answers a question about the key with a reply or an error."""

    def __init__(self, answer: Reply[JsonObject] | Ending) -> None:
        self.answer = answer

    def api_key_once(self) -> Reply[JsonObject]:
        if isinstance(self.answer, Ending):
            raise self.answer
        return self.answer


def test_asking_keeps_a_reply_or_an_error_with_its_headers() -> None:
    headers = {"date": "x"}
    reply: Reply[JsonObject] = Reply(200, headers, {"success": True})
    assert service.ask(lambda: Service(reply), lambda: NOW_S) == Answer(
        NOW_S, {"success": True}, pace=headers
    )
    error = with_status(RateLimitedError("slow down"), 429)
    error.pace = headers
    found = service.ask(lambda: Service(error), lambda: NOW_S)
    assert (found.error, found.pace, found.arrived) == (error, headers, True)


def test_a_client_that_cannot_be_opened_is_an_answer_and_a_signal_is_none() -> None:
    def refuse() -> Service:
        raise ProxyError("no such proxy")

    assert not service.ask(refuse, lambda: NOW_S).arrived
    with pytest.raises(StoppedError):
        service.ask(lambda: Service(StoppedError("terminated", signum=15)), lambda: NOW_S)


def asked(error: ContactctlError) -> ContactctlError:
    error.attempts = 1
    return error


@pytest.mark.parametrize(
    ("error", "statuses", "exit_code"),
    [
        (None, "connection ok, TLS ok, key accepted ok, clock ok, rate limit ok", 0),
        (
            with_status(UnauthorizedError("Invalid API key"), 401),
            "connection ok, TLS ok, key accepted fail, clock ok, rate limit ok",
            4,
        ),
        (
            with_status(UnavailableError("away"), 503),
            "connection ok, TLS ok, key accepted fail, clock ok, rate limit ok",
            7,
        ),
        (NoConnectionError("no such host"), "connection fail", 7),
        (DeadlineError("too late"), "connection fail", 7),
        (ProxyError("no proxy"), "connection fail", 9),
        (asked(TrustError("unknown issuer")), "connection ok, TLS fail", 9),
        (TrustError("SSL_CERT_FILE names nothing"), "TLS fail", 9),
    ],
)
def test_an_answer_says_what_it_shows_and_no_more(
    error: ContactctlError | None, statuses: str, exit_code: int
) -> None:
    answer = Answer(NOW_S, {"success": True}, error)
    found = list(service.service_checks(credentials(), answer))
    assert ", ".join(f"{check.name} {check.status}" for check in found) == statuses
    assert exit_code_of(found) == exit_code


def test_the_next_step_fits_who_is_away() -> None:
    answer = Answer(NOW_S, error=NoConnectionError("refused"))
    far = service.connection_check(credentials(), answer)
    near = service.connection_check(credentials("http://[::1]:8025/api"), answer)
    assert "HTTPS_PROXY" in (far.hint or "")
    assert "sandbox serve" in (near.hint or "")


def test_the_sandbox_has_no_clock_certificate_or_limit_of_its_own() -> None:
    answer = Answer(NOW_S, {"success": True, "teamName": "Sandbox"})
    found = list(service.service_checks(credentials(is_sandbox=True), answer))
    assert [check.name for check in found] == ["connection", "key accepted"]


def test_no_certificate_is_needed_on_this_machine() -> None:
    assert "none needed" in service.tls_check("http://127.0.0.1:8025/api").detail
    assert "app.example.com is trusted" in service.tls_check(HOST).detail


@pytest.mark.parametrize(
    ("value", "known", "status", "words"),
    [
        ({"teamName": "Acme"}, None, "ok", "team Acme"),
        ({"teamName": "Acme"}, "Acme", "ok", "team Acme"),
        ({"teamName": "Acme"}, "Other", "warn", "did to Other"),
        ({}, "Other", "ok", "names no team"),
        ({"teamName": ["x"]}, None, "ok", "names no team"),
        ([], None, "ok", "names no team"),
    ],
)
def test_the_team_is_named_and_another_one_noticed(
    value: JsonValue, known: str | None, status: str, words: str
) -> None:
    found = service.key_check(credentials(team=known), Answer(NOW_S, value))
    assert (found.status, words in found.detail) == (status, True), found.detail
    assert SECRET not in found.detail
    assert "****cdef" in found.detail


@given(st.integers(-10_000_000, 10_000_000))
@example(60)
@example(-60)
@example(61)
@example(-61)
def test_the_clock_may_be_a_minute_off(ahead_s: int) -> None:
    found = service.clock_check(formatdate(NOW_S - ahead_s, usegmt=True), NOW_S)
    assert found.status == ("ok" if abs(ahead_s) <= 60 else "warn")
    if found.status == "warn":
        assert found.detail.startswith(f"{abs(ahead_s)} s {'ahead' if ahead_s > 0 else 'behind'}")


@given(st.text() | st.none())
def test_any_date_can_be_compared_or_not(text: str | None) -> None:
    assert service.clock_check(text, NOW_S).name == "clock"


@pytest.mark.parametrize(
    ("pace", "words"),
    [
        ({}, "the answer names none"),
        ({"x-ratelimit-limit": "10"}, "10 requests a second"),
        (
            {"x-ratelimit-limit": "10", "x-ratelimit-remaining": "0"},
            "10 requests a second, 0 left of this one",
        ),
    ],
)
def test_the_limit_seen_is_said(pace: Mapping[str, str], words: str) -> None:
    assert service.rate_check(pace) == ok("rate limit", words)
