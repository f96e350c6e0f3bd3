"""The sorts of values that only the settings hold: durations, shares, days, addresses of tenants, zones, paths.

Each reader takes a node, returns the value and raises `BadValue`.
"""

import re
from ipaddress import IPv6Address, ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from reconciler.core.nearest import nearest
from reconciler.model.kinds import EMAIL, TEXT, Choice, Count, canonical_email
from reconciler.model.settings import NotInFiles
from reconciler.model.source import Items, Node, Scalar
from reconciler.model.spelling import quoted, read_text, shortened, spelled
from reconciler.model.values import BadValue


def read_word(node: Node) -> str:
    """Read a text, as the kind of text does."""
    return str(TEXT.parse(node))


def read_address(node: Node) -> str:
    """Read an e-mail address; returns its canonical form."""
    return canonical_email(str(EMAIL.parse(node)))


def read_format(node: Node) -> int:
    """Read the format of the settings; this version knows 1."""
    if isinstance(node, Scalar) and node.text == "1":
        return 1
    raise BadValue(f"{spelled(node)} is not a format that this version knows", "write:  1", "settings.format")


def read_url(node: Node) -> str:
    """Read the address of a tenant: https, or http to this very machine; no path (faults.md S-05).

    Returns it without a slash at the end, scheme and host in lower case.
    """
    text = read_word(node)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        parts, port = SplitResult("", "", "", "", ""), None
    host = parts.hostname or ""
    plain = parts.path in {"", "/"} and not (parts.query or parts.fragment or "@" in parts.netloc)
    remote = parts.scheme == "https" and DOMAIN.fullmatch(host) is not None
    if plain and (remote or (parts.scheme in {"http", "https"} and is_loopback(host))):
        name = f"[{host}]" if ":" in host else host
        return f"{parts.scheme}://{name}" + (f":{port}" if port is not None else "")
    raise BadValue(
        "this is not the address of a tenant",  # not shown: it may hold a password
        "write only scheme and host, like  https://acme.uc1.ccaiplatform.com",
        "S-05",
    )


def is_loopback(host: str) -> bool:
    """Say whether a host is this very machine: localhost, 127.0.0.0/8 or ::1 (product section 4)."""
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost"
    return address == IPv6Address("::1") or (address.version == 4 and address.is_loopback)


def read_zone(node: Node) -> ZoneInfo:
    """Read the name of a time zone, such as `Europe/Madrid`."""
    text = read_word(node)
    try:
        if ZONE.fullmatch(text):
            return ZoneInfo(text)
    except (ValueError, KeyError, OSError):
        pass
    near = nearest(text, sorted(available_timezones()))
    raise BadValue(
        f"{quoted(shortened(text))} is not a time zone",
        f"write:  {near}" if near else "write a place of the tz database, like  Europe/Madrid",
        "settings.timezone",
    )


def read_domain(node: Node) -> str:
    """Read the domain of e-mail addresses; returns it in lower case (faults.md D-62)."""
    text = read_word(node).lower()
    if len(text) <= 253 and DOMAIN.fullmatch(text):
        return text
    hint = f"write:  {text[1:]}" if DOMAIN.fullmatch(text[1:]) else "write it like  acme.example"
    raise BadValue(f"{quoted(shortened(text))} is not the domain of an e-mail address", hint, "D-62")


def read_pattern(node: Node) -> str:
    """Read a pattern of addresses: `*` stands for anything before the `@`; the domain is written out."""
    text = read_word(node).lower()
    if PATTERN.fullmatch(text) and DOMAIN.fullmatch(text.partition("@")[2]):
        return text
    raise BadValue(
        f"{quoted(shortened(text))} is not a pattern of addresses", "write it like  *@acme.example", "D-77"
    )


def read_login(node: Node) -> str:
    """Read a GitHub login; returns it in lower case, since logins compare without regard to case."""
    text = read_word(node)
    if LOGIN.fullmatch(text):
        return text.lower()
    raise BadValue(f"{quoted(shortened(text))} is not a GitHub login", code="settings.actors")


def read_duration(node: Node) -> float:
    """Read a duration such as `30m`, one second to 31 days; returns seconds."""
    match = DURATION.fullmatch(node.text) if isinstance(node, Scalar) else None
    seconds = int(match[1]) * UNITS[match[2]] if match else 0
    if 1 <= seconds <= 31 * UNITS["d"]:
        return float(seconds)
    raise BadValue(
        f"{spelled(node)} where a duration from 1s to 31d is wanted",
        "write a whole number and s, m, h or d, like  30m",
        "D-77",
    )


def read_share(node: Node) -> float:
    """Read a share such as `5%`, above 0 % and at most 100 %; returns 0 to 1 (faults.md D-77)."""
    match = SHARE.fullmatch(node.text) if isinstance(node, Scalar) else None
    share = float(match[1]) / 100 if match else 0
    if 0 < share <= 1:
        return share
    raise BadValue(
        f"{spelled(node)} where a share is wanted, above 0% and at most 100%",
        "write a number and %, like  5%    (to allow nobody:  count: 0)",
        "D-77",
    )


def read_path(node: Node) -> str:
    """Read a file or directory of the tree, relative to its root, `.` for all of it; never outside (D-04)."""
    text = read_word(node)
    if text in {".", "./"}:
        return "."
    text = text.removeprefix("./").rstrip("/")
    steps = text.split("/")
    if text and "\\" not in text and not ({"", ".", ".."} & set(steps)):
        return text
    raise BadValue(
        f"{spelled(node)} is not a file or directory of the tree",
        "write the path from this file, like  madrid/closing.yaml",
        "D-04",
    )


def read_reason(node: Node) -> str:
    """Read why an allowance is made; a pasted `...` is no reason."""
    text = read_word(node)
    if any(char.isalnum() for char in text):
        return text
    raise BadValue(f"{spelled(node)} is no reason", "write for the reviewer why this is intended", "D-77")


def read_not_in_files(node: Node) -> NotInFiles:
    """Read what happens to people who stand in no file."""
    return NotInFiles(str(NOT_IN_FILES.parse(node)))


def read_count(node: Node) -> int:
    """Read a number of persons, 0 or more (faults.md D-77)."""
    return whole(PERSONS, node)


def read_raised(node: Node) -> int:
    """Read a number of persons, 1 or more."""
    return whole(RAISED, node)


def read_batch_size(node: Node) -> int:
    """Read how many rows a job may have."""
    return whole(ROWS, node)


def read_ident(node: Node) -> int:
    """Read the id of a job."""
    return whole(IDENT, node)


def whole(kind: Count, node: Node) -> int:
    """Read a whole number; what is not one is refused under the fault of settings (D-77)."""
    try:
        return int(str(kind.parse(node)))
    except BadValue as error:
        raise BadValue(error.summary, error.hint, "D-77") from None


def members(node: Node) -> tuple[Node, ...]:
    """Return the elements of a list; a single value stands for a list of one."""
    return node.items if isinstance(node, Items) else (node,)


def read_name_key(key: Scalar) -> str:
    """Read a key that is a name, such as a role; the gate of spellings holds for it too."""
    return TEXT.check(read_text(key, "a name"))


ZONE: Final = re.compile(r"UTC|[A-Za-z_]+(/[A-Za-z0-9_+-]+){1,2}")
DOMAIN: Final = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])")
PATTERN: Final = re.compile(r"[a-z0-9*._%+'-]+@[a-z0-9.-]{1,253}")
LOGIN: Final = re.compile(r"[A-Za-z0-9](-?[A-Za-z0-9]){0,38}")
DURATION: Final = re.compile(r"([1-9][0-9]{0,8})([smhd])", re.ASCII)
UNITS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
SHARE: Final = re.compile(r"((?:0|[1-9][0-9]{0,2})(?:\.[0-9]{1,2})?)%", re.ASCII)
NOT_IN_FILES: Final = Choice(*NotInFiles)
PERSONS: Final = Count(least=0, most=1_000_000)
RAISED: Final = Count(least=1, most=1_000_000)
ROWS: Final = Count(least=1, most=10_000)
IDENT: Final = Count(least=1, most=10**11)
