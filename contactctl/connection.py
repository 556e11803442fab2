"""The client of a session: behind it the network, or the sandbox in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.errors import ContactctlError, MachineError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from contactctl.account.account import Account, Catalogue
    from contactctl.account.cache import AccountCache
    from contactctl.exact_json import JsonObject
    from contactctl.network.connect import EarlyConnection
    from contactctl.network.messages import Transport
    from contactctl.output import Output
    from contactctl.profiles.credentials import Credentials
    from contactctl.service.client import LoopsClient
    from contactctl.service.retrying import Watch

STRICT_VARIABLE = "CONTACTCTL_SANDBOX_STRICT"
_WORTH_TELLING_S = 2.0
#: Commands that ask the service as a rule, and words with which they ask nobody, or another one.
_ASKING = frozenset({"update", "create", "find", "lists"})
_ASKING_ELSEWHERE = frozenset(
    {"--dry-run", "--offline", "--sandbox", "--profile", "--help", "--version"}
)
_SHORT_ELSEWHERE = ("p", "h")
_OFFLINE_HINT = "give the ids of lists, or leave out --offline"


def connect_ahead(
    words: Sequence[str], env: Mapping[str, str], timeout_s: float
) -> EarlyConnection | None:
    """Begin to connect to where a call will most likely ask, while its words are still unread.

    What reads them takes longer to import than a handshake over a fair distance. Nothing is sent,
    no key command is run, and :func:`open_client` takes the connection only where it leads to the
    right place; what is wrong with profile, key or address is left to whoever needs them.
    """
    if not words or words[0] not in _ASKING or any(_may_lead_elsewhere(word) for word in words):
        return None
    from contactctl.files import profiles_file
    from contactctl.network.connect import open_early
    from contactctl.profiles.api_key import parse_api_key
    from contactctl.profiles.credentials import (
        KEY_VARIABLE,
        base_url_of,
        choose,
        default_base_url,
    )
    from contactctl.profiles.store import ProfileStore

    try:
        choice = choose(None, env, ProfileStore(lambda: profiles_file(env)))
        if choice.is_sandbox:
            return None
        profile = choice.profile
        if profile is None:
            parse_api_key(env[KEY_VARIABLE], f"in {KEY_VARIABLE}")
        base_url = default_base_url(env) if profile is None else base_url_of(profile, env)
    except ContactctlError:
        return None
    return open_early(base_url, env, timeout_s)


def _may_lead_elsewhere(word: str) -> bool:
    """Tell whether a word is such a flag; a value that only looks like one costs time alone.

    So is one that reads standard input, which may take longer than a connection is kept.
    """
    if word[:1] == word[-1:] == "-" or word.endswith("=-"):
        return True
    if word.startswith("--"):
        return word.partition("=")[0] in _ASKING_ELSEWHERE
    return word.startswith("-") and any(letter in word for letter in _SHORT_ELSEWHERE)


def open_client(  # noqa: PLR0913 - what a session settles for its client
    credentials: Credentials,
    env: Mapping[str, str],
    output: Output,
    *,
    timeout_s: float,
    retries: int,
    before_each: Callable[[], None],
    ahead: EarlyConnection | None = None,
) -> LoopsClient:
    """Return a client for the credentials; nothing is sent yet.

    ``before_each`` is called before each request, and may raise to stop it. ``ahead`` is what
    :func:`connect_ahead` began.

    Raises :class:`MachineError` when trust, the proxy or the sandbox's file cannot be used.
    """
    from contactctl.network.connect import open_early

    # Goes on in a thread during the imports that follow; they take about as long.
    if credentials.is_sandbox:
        early = None
    elif ahead is not None and ahead.leads_to(credentials.base_url):
        early = ahead
    else:
        early = open_early(credentials.base_url, env, timeout_s)
    from contactctl.network.messages import Http
    from contactctl.service.client import LoopsClient

    if credentials.is_sandbox:
        output.note("sandbox: nothing leaves this machine")
        transport = _open_sandbox(env, output)
    else:
        from contactctl.network.transport import NetworkTransport

        transport = NetworkTransport(credentials.base_url, env, early=early)
    http = Http(credentials.base_url, credentials.key.reveal(), transport)
    # None spares the client masking what nobody reads.
    trace = output.trace if output.verbose else None
    return LoopsClient(
        http,
        retries=retries,
        timeout_s=timeout_s,
        sleep=_sleep_aloud(output),
        trace=trace,
        before_each=before_each,
        watch=None if credentials.is_sandbox else watch_for(output, credentials.base_url),
    )


def watch_for(output: Output, base_url: str) -> Watch | None:
    """Return what shows a person that the service is waited for, None where nobody sits."""
    # With -v each attempt has its own lines, and a dumb terminal keeps what is drawn over.
    if not output.animated or output.verbose or output.env.get("TERM") == "dumb":
        return None
    from functools import partial

    from contactctl.base_url import origin_of
    from contactctl.waiting import waiting_line

    return partial(waiting_line, output, origin_of(base_url).host)


def _sleep_aloud(output: Output) -> Callable[[float], None]:
    """Return a sleep that tells a person about waits that are long enough to wonder."""
    import time

    def sleep(seconds: float) -> None:
        # An animated terminal has a line that says more.
        if seconds >= _WORTH_TELLING_S and not output.animated:
            output.note(f"waiting {seconds:.0f} s before the next attempt")
        time.sleep(seconds)

    return sleep


def _open_sandbox(env: Mapping[str, str], output: Output) -> Transport:
    from contactctl.files import sandbox_file
    from contactctl.sandbox.app import Settings, make_app
    from contactctl.sandbox.choices import Manner
    from contactctl.sandbox.in_process import InProcess
    from contactctl.sandbox.store import open_store

    store = open_store(sandbox_file(env))
    manner = Manner.STRICT if env.get(STRICT_VARIABLE) == "1" else Manner.USUAL
    settings = Settings(manner=manner, warn=output.warn)
    return InProcess(make_app(store, settings), store.close)


def open_account(client: Catalogue, credentials: Credentials, env: Mapping[str, str]) -> Account:
    """Return what the account declares, kept in the cache folder between commands.

    The sandbox costs nothing to ask and is not kept.
    """
    from contactctl.account.account import Account

    return Account(client, None if credentials.is_sandbox else _open_cache(credentials, env))


def account_id(credentials: Credentials, env: Mapping[str, str]) -> str:
    """Return what tells this account from others on this machine, and nothing about it.

    A sandbox is another account after each reset, which empties it.
    """
    from contactctl.account.cache import account_digest

    base_url = credentials.base_url
    if credentials.is_sandbox:
        from contactctl.files import sandbox_file
        from contactctl.sandbox.store import sandbox_id

        base_url = sandbox_id(sandbox_file(env))
    return account_digest(
        base_url,
        profile=credentials.profile,
        team=credentials.team,
        key=credentials.key,
    )


def key_digest(credentials: Credentials) -> str | None:
    """Return what tells an API key at its address from others; None for the sandbox.

    It is the account's where there is no profile.
    """
    from contactctl.account.cache import account_digest

    if credentials.is_sandbox:
        return None
    return account_digest(credentials.base_url, profile=None, key=credentials.key)


def _open_cache(credentials: Credentials, env: Mapping[str, str]) -> AccountCache | None:
    import time

    from contactctl.account.cache import AccountCache
    from contactctl.files import folder

    try:
        return AccountCache(folder("cache", env), account_id(credentials, env), time.time)
    except MachineError:  # no home folder: then nothing is kept
        return None


class OfflineError(UsageError):
    """Something would have to be asked for, and nobody may be asked."""


class Offline:
    """Stands in for the client where no request may be made; only the cache can answer."""

    def properties(self) -> list[JsonObject]:
        """Raise :class:`OfflineError`."""
        raise OfflineError("the account's properties are not known offline", hint=_OFFLINE_HINT)

    def lists(self) -> list[JsonObject]:
        """Raise :class:`OfflineError`."""
        raise OfflineError("the mailing lists' names are not known offline", hint=_OFFLINE_HINT)
