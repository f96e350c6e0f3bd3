"""What every test stands on: golden files, no network outside this machine, no settings from outside."""

import ipaddress
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

GOLDEN: Final = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the only way to rewrite a golden file; the difference is then read by a person."""
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden with what the tests got")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a whole output with the golden file of that name, letter for letter."""
    update = bool(request.config.getoption("--update-golden"))

    def compare(name: str, output: str) -> None:
        path = GOLDEN / name
        if update:
            path.write_bytes(output.encode())
        assert output == path.read_bytes().decode(), f"{name} differs; see --update-golden"

    return compare


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove what the shell may say to the product."""
    for name in [name for name in os.environ if name.startswith("RECONCILER_")]:
        monkeypatch.delenv(name)


def refuse_the_world(event: str, arguments: tuple[object, ...]) -> None:
    """Answer every name and address outside this machine as a machine without network would."""
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = arguments[1]
        if isinstance(address, tuple) and not is_here(address[0]):
            raise OSError(f"network outside loopback is refused in tests: {address[0]}")
    elif event == "socket.getaddrinfo" and not is_here(arguments[0]):
        raise socket.gaierror(socket.EAI_NONAME, f"names outside loopback are refused in tests: {arguments[0]!r}")


def is_here(host: object) -> bool:
    """Say whether a host is this machine."""
    name = host.decode() if isinstance(host, bytes) else host
    if name is None or name in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(str(name).partition("%")[0]).is_loopback
    except ValueError:
        return False


sys.addaudithook(refuse_the_world)
