"""Where the platform is and who asks: from the environment, checked before any request (product section 4)."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import SplitResult, urlsplit

from reconciler.model.errors import RunRefused

API_PATH: Final = "/apps/api/v1"
EXAMPLE: Final = "https://acme.uc1.ccaiplatform.com"
LABEL: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
HOST: Final = re.compile(rf"({LABEL}\.)*{LABEL}")
USER: Final = re.compile(r"[A-Za-z0-9._-]{1,100}")


class Secret:
    """A text that no log, message or `repr` shows (faults.md S-03)."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself, for the one place that sends it."""
        return self._text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "***"


@dataclass(frozen=True, slots=True)
class Connection:
    """The checked address and credential.

    Attributes:
        base_url: Scheme, host and port, without a path: `https://acme.uc1.ccaiplatform.com`.
        user: The user name of HTTP Basic.
        token: The password of HTTP Basic.
        proxy: The address of a proxy that was asked for, it may hold a password; None: no proxy.
        ca_file: The file of certificate authorities to trust instead of the public ones; `""`: the public ones.
    """

    base_url: str
    user: str
    token: Secret
    proxy: Secret | None = None
    ca_file: str = ""

    @property
    def host(self) -> str:
        """The host without its port, as messages name it."""
        return urlsplit(self.base_url).hostname or ""


class Address(NamedTuple):
    """A checked base address; `port` is None for the scheme's own."""

    scheme: str
    host: str
    port: int | None

    @property
    def loopback(self) -> bool:
        """Whether this machine is meant, for a rehearsal."""
        return is_loopback(self.host)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + (f":{self.port}" if self.port else "")


def read_connection(environ: Mapping[str, str], tenant_url: str | None) -> Connection:
    """Read the connection from the environment; no request is made.

    Args:
        environ: `RECONCILER_URL`, `RECONCILER_TOKEN`, and optionally `RECONCILER_SUBDOMAIN`,
            `RECONCILER_PROXY`, `RECONCILER_CA_FILE`. Nothing else steers the connection (faults.md S-07).
        tenant_url: `tenant.url` of the settings; the address must be the same or a loopback address. None where
            there is no tree yet.

    Raises:
        RunRefused: Something is missing, not allowed, or another tenant than the files describe (S-02 to S-06).
    """
    address = _read_url(environ.get("RECONCILER_URL", ""), tenant_url)
    proxy = "" if address.loopback else environ.get("RECONCILER_PROXY", "")
    return Connection(
        base_url=str(address),
        user=_read_user(environ.get("RECONCILER_SUBDOMAIN", ""), address),
        token=_read_token(environ.get("RECONCILER_TOKEN", "")),
        proxy=_read_proxy(proxy) if proxy else None,
        ca_file=environ.get("RECONCILER_CA_FILE", ""),
    )


def read_address(text: str, name: str) -> Address:
    """Check a base address, with or without the API's path; `name` says whose it is.

    The text is never quoted back: it may hold a password.

    Raises:
        RunRefused: It is not a plain address of a tenant or of this machine (faults.md S-06).
    """
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        raise _refused(name, "holds a space, a control character or a letter beyond ASCII")
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise _refused(name, "is not an address that can be read") from error
    _refuse_extras(parts, text, name)
    if parts.scheme not in {"http", "https"} or not host:
        raise _refused(name, "is not a full https address")
    if not is_loopback(host):
        _refuse_strange_host(parts, host, port, name)
    elif port == 0 or parts.netloc.endswith(":"):
        raise _refused(name, "has an empty or impossible port")
    return Address(parts.scheme, host, None if port == {"http": 80, "https": 443}[parts.scheme] else port)


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine: localhost, 127.0.0.0/8 or ::1."""
    if host == "localhost":
        return True
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return False
    return ip == ipaddress.IPv6Address("::1") or (ip.version == 4 and ip.is_loopback)


def _refuse_extras(parts: SplitResult, text: str, name: str) -> None:
    """Refuse what a base address must not carry beside its host."""
    if "@" in parts.netloc:
        raise _refused(name, "holds a user name or password; the token belongs into RECONCILER_TOKEN only")
    if "?" in text or "#" in text:
        raise _refused(name, "holds a question mark or #")
    if parts.path.rstrip("/") not in {"", API_PATH}:
        raise _refused(name, f"has a path other than {API_PATH}")


def _refuse_strange_host(parts: SplitResult, host: str, port: int | None, name: str) -> None:
    """Refuse what is no tenant's host; only this machine may be reached in another way."""
    if parts.scheme != "https":
        raise _refused(name, "is not https; plain http is only for a rehearsal on this machine")
    if host.endswith("."):
        raise _refused(name, "ends with a dot")
    if "xn--" in host or not HOST.fullmatch(host) or "." not in host or host.rpartition(".")[2][:1].isdigit():
        raise _refused(name, "is not the plain host name of a tenant")
    if port not in {None, 443} or parts.netloc.endswith(":"):
        raise _refused(name, "names a port; the platform answers on the usual one")


def _refused(name: str, why: str) -> RunRefused:
    return RunRefused(f"{name} {why}", f"write only scheme and host, such as  {EXAMPLE}")


def _read_url(text: str, tenant_url: str | None) -> Address:
    """Read RECONCILER_URL and compare it with the tree's tenant (S-05)."""
    if not text:
        raise RunRefused(
            "RECONCILER_URL is not set", f"set it to the tenant's address:  RECONCILER_URL={tenant_url or EXAMPLE}"
        )
    address = read_address(text, "RECONCILER_URL")
    if tenant_url is None or address.loopback:
        return address
    tenant = read_address(tenant_url, "tenant.url")
    if address != tenant:
        raise RunRefused(
            f"RECONCILER_URL is {address}, but the files describe {tenant} (tenant.url)",
            f"set  RECONCILER_URL={tenant}  or choose the tree of the other tenant with --users",
        )
    return address


def _read_user(subdomain: str, address: Address) -> str:
    """Return the user name: the left-most label of the host, or what was set (platform-api section 1)."""
    if not subdomain:
        return address.host.partition(".")[0].replace(":", "")
    if not USER.fullmatch(subdomain):
        raise RunRefused(
            "RECONCILER_SUBDOMAIN is not a plain name", "set it to the left-most part of the host, such as  acme"
        )
    return subdomain


def _read_token(token: str) -> Secret:
    """Take the token as it is, or refuse it; only its length is shown (S-02)."""
    if not token:
        raise RunRefused(
            "RECONCILER_TOKEN is not set",
            "set it to the token of an API credential (portal: Settings > Developer Settings)",
        )
    if not token.isascii() or not token.isprintable() or " " in token:
        raise RunRefused(
            f"RECONCILER_TOKEN ({len(token)} characters) holds a space, a line break, a control character or a "
            "letter beyond ASCII",
            "copy it again, without anything before or after it",
        )
    return Secret(token)


def _read_proxy(text: str) -> Secret:
    """Check the proxy's address; it may hold a password and is never quoted."""
    try:
        parts = urlsplit(text)
        fine = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0 and text.isascii()
    except ValueError:
        fine = False
    if not fine or not text.isprintable() or " " in text:
        raise RunRefused(
            "RECONCILER_PROXY is not an http or https address", "write it like  http://proxy.acme.example:3128"
        )
    return Secret(text)
