"""Clients over the real transport."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, TypeAlias

import pytest
from client_calls import KEY

from contactctl.errors import (
    ContactctlError,
)
from contactctl.network.messages import Http
from contactctl.network.transport import NetworkTransport
from contactctl.service.client import LoopsClient

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contactctl.network.connect import LookUp


Address: TypeAlias = tuple[int, int, int, str, tuple[str, int]]


def address(port: int, host: str = "127.0.0.1") -> Address:
    return (socket.AF_INET, socket.SOCK_STREAM, 0, "", (host, port))


def client_over(
    url: str,
    *,
    timeout_s: float = 30.0,
    env: Mapping[str, str] | None = None,
    look_up: LookUp = socket.getaddrinfo,
) -> LoopsClient:
    transport = NetworkTransport(url, env or {}, look_up=look_up)
    return LoopsClient(Http(url, KEY, transport), retries=0, timeout_s=timeout_s)


def failure_of(client: LoopsClient) -> ContactctlError:
    with client, pytest.raises(ContactctlError) as caught:
        client.lists()
    return caught.value
