"""The flags of the sandbox's commands, and what they make of a server."""

import re
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from contactctl.errors import UsageError
from contactctl.flags import ANSWERS, DATA, LISTEN
from contactctl.profiles.api_key import parse_api_key
from contactctl.safe_text import quoted
from contactctl.sandbox.app import Settings
from contactctl.sandbox.choices import Manner
from contactctl.sandbox.trouble import Script, to_faults, to_latencies
from contactctl.session import Session

Host = Annotated[
    str,
    typer.Option("--host", metavar="HOST", help="Address to listen on.", rich_help_panel=LISTEN),
]
AllowHost = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-host",
        metavar="NAME",
        help="Answer requests for this host name as well, such as a container's; repeatable.",
        rich_help_panel=LISTEN,
    ),
]
Port = Annotated[
    int,
    typer.Option(
        "--port",
        metavar="PORT",
        min=0,
        max=65535,
        help="Port; 0 takes a free one.",
        rich_help_panel=LISTEN,
    ),
]
Db = Annotated[
    Path | None,
    typer.Option(
        "--db",
        metavar="FILE",
        help="File with the data, instead of the usual one.",
        rich_help_panel=DATA,
    ),
]
Memory = Annotated[
    bool,
    typer.Option(
        "--memory",
        help="Keep the data in memory only.",
        rich_help_panel=DATA,
    ),
]
Seed = Annotated[
    Path | None,
    typer.Option(
        "--seed",
        metavar="FILE",
        help="Load this file at the start, and at each reset over HTTP; - reads standard input.",
        rich_help_panel=DATA,
    ),
]
Log = Annotated[
    Path | None,
    typer.Option(
        "--log",
        metavar="FILE",
        help="Append each request to this file, with bodies and the reply, as a JSON line.",
        rich_help_panel=DATA,
    ),
]
RateLimit = Annotated[
    int,
    typer.Option(
        "--rate-limit",
        metavar="N",
        min=0,
        help="Requests a second; 0 is no limit.",
        rich_help_panel=ANSWERS,
    ),
]
RetryAfter = Annotated[
    int | None,
    typer.Option(
        "--retry-after",
        metavar="SECONDS",
        min=0,
        help="Send this Retry-After with each 429.",
        rich_help_panel=ANSWERS,
    ),
]
Latency = Annotated[
    list[str] | None,
    typer.Option(
        "--latency",
        metavar="MS[:PATH]",
        help="Wait before each answer, or before those of a path; repeatable.",
        rich_help_panel=ANSWERS,
    ),
]
Fail = Annotated[
    list[str] | None,
    typer.Option(
        "--fail",
        metavar="STATUS:SHARE",
        help="Fail this share of requests, such as 500:0.05, or one of them by its number, such as "
        "503@3; of a method and path: 500:0.1:PUT:/contacts/update. Repeatable.",
        rich_help_panel=ANSWERS,
    ),
]
SeedRandom = Annotated[
    int | None,
    typer.Option(
        "--seed-random",
        metavar="N",
        min=0,
        help="Let failures by chance fall on the same requests at each run.",
        rich_help_panel=ANSWERS,
    ),
]
ServedKey = Annotated[
    str | None,
    typer.Option(
        "--api-key",
        metavar="KEY",
        help="Accept only this key, a made-up one; without it any key is accepted.",
        rich_help_panel=ANSWERS,
    ),
]
Threads = Annotated[
    int,
    typer.Option(
        "--threads",
        metavar="N",
        min=1,
        max=500,
        help="Requests under way at once.",
        rich_help_panel=LISTEN,
    ),
]
Strict = Annotated[
    bool,
    typer.Option(
        "--strict",
        help="Refuse whatever the service might refuse, unknown properties too.",
        rich_help_panel=ANSWERS,
    ),
]
Lenient = Annotated[
    bool,
    typer.Option(
        "--lenient",
        help="Accept whatever the service might accept.",
        rich_help_panel=ANSWERS,
    ),
]


_HOST_NAME = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")


@dataclass(frozen=True, slots=True)
class ListenFlags:
    """Where to listen."""

    host: Host = "127.0.0.1"
    allow_host: AllowHost = None
    port: Port = 8025
    threads: Threads = 64

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """The names to answer to; raises :class:`UsageError` for what no Host header can be."""
        for name in self.allow_host or ():
            if not _HOST_NAME.fullmatch(name):
                raise UsageError(
                    f"{quoted(name)} is not a host name",
                    hint="give the name alone, such as loops, without a scheme and a port",
                )
        return tuple(self.allow_host or ())


@dataclass(frozen=True, slots=True)
class BehaviourFlags:
    """How to answer."""

    rate_limit: RateLimit = 10
    retry_after: RetryAfter = None
    latency: Latency = None
    fail: Fail = None
    seed_random: SeedRandom = None
    api_key: ServedKey = None
    strict: Strict = False
    lenient: Lenient = False

    @property
    def manner(self) -> Manner:
        """What becomes of what is not known of the service; raises :class:`UsageError` for both."""
        if self.strict and self.lenient:
            raise UsageError("--strict and --lenient exclude each other", hint="give one of them")
        return Manner.STRICT if self.strict else Manner.LENIENT if self.lenient else Manner.USUAL

    def _key(self) -> str | None:
        if self.api_key is None:
            return None
        return parse_api_key(self.api_key, "in --api-key").reveal()

    def to_settings(
        self, session: Session, listen: ListenFlags, stopping: threading.Event
    ) -> Settings:
        """Return the settings; raises :class:`UsageError` for flags that cannot be."""
        return Settings(
            api_key=self._key(),
            manner=self.manner,
            rate_limit=self.rate_limit or None,
            script=Script(
                to_faults(self.fail or ()),
                to_latencies(self.latency or ()),
                self.retry_after,
                self.seed_random,
            ),
            served_host=listen.host,
            allowed_hosts=listen.allowed_hosts,
            warn=session.output.warn,
            sleep=stopping.wait,
        )


@dataclass(frozen=True, slots=True)
class DataFlags:
    """What is served, and what is kept of the requests."""

    db: Db = None
    memory: Memory = False
    seed: Seed = None
    log: Log = None

    def check(self) -> None:
        """Raise :class:`UsageError` for two places of the data, and for names of no file."""
        if self.memory and self.db is not None:
            raise UsageError("--memory and --db exclude each other", hint="give one of them")
        check_file("--db", self.db)
        check_file("--seed", self.seed)
        check_file("--log", self.log)


def check_file(flag: str, path: Path | None) -> None:
    """Raise :class:`UsageError` for an empty name."""
    if path is not None and not path.name:
        raise UsageError(f"{flag} names no file", hint="give the name of a file, or leave it out")
