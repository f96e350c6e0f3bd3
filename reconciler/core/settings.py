"""The settings of a tree: `reconciler.yaml` to `Settings`, every problem at once (product section 3)."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from reconciler.core.refusal import refuse
from reconciler.core.settings_guards import read_allowances, read_ignored_jobs, read_limits, read_minimums
from reconciler.core.settings_kinds import (
    read_address,
    read_batch_size,
    read_domain,
    read_duration,
    read_format,
    read_login,
    read_not_in_files,
    read_pattern,
    read_url,
    read_word,
    read_zone,
)
from reconciler.core.settings_reading import TOP_KEYS, Reading, entry
from reconciler.model.settings import NotInFiles, Settings
from reconciler.model.source import Document, Located, Problems
from reconciler.model.spelling import quoted
from reconciler.model.values import BadValue

T = TypeVar("T")


class Essentials(NamedTuple):
    """What the rest of the tree is checked against; `sound` where all of it could be read."""

    url: Located[str]
    zone: ZoneInfo
    domains: tuple[Located[str], ...]
    locations: tuple[Located[str], ...] | None
    sound: bool


def read_settings(document: Document | None, now: datetime) -> tuple[Settings | None, Problems]:
    """Read the settings at `now` (aware); without a document whoever read the tree has said why there is none.

    Returns the settings, and errors and warnings. With errors the settings serve only to check the rest of the
    tree, so that everything is said at once; no plan may be made from them. They are None where the tree cannot be
    checked with them: no readable format, tenant, domains or locations. A limit that cannot be read is 0
    (faults.md D-77). Allowances and ignored jobs whose last day has passed give a warning and stay in the settings
    with that day: whoever uses them compares it.
    """
    if document is None:
        return None, ()
    reading = Reading(document.root)
    if reading.required(document.root, "format", read_format) is None and entry(document.root, "format"):
        return None, tuple(reading.problems)
    essentials = read_essentials(reading)
    reading.check_keys(document.root, TOP_KEYS)
    settings = read_rest(reading, essentials, now)
    return settings if essentials.sound else None, tuple(reading.problems)


def read_essentials(reading: Reading) -> Essentials:
    """Read tenant, domains and locations; stands in for what cannot be read."""
    root = reading.root
    for key in ("tenant", "email_domains"):
        if entry(root, key) is None:
            reading.missing(key, root.mark)
    tenant = reading.block("tenant", ("url", "timezone"))
    url = reading.required(tenant, "url", read_url)
    zone = reading.required(tenant, "timezone", read_zone)
    domains = reading.values(root, "email_domains", read_domain, empty="an empty list lets nobody be declared")
    locations = reading.values(root, "locations", read_word)
    return Essentials(
        url or Located("", root.mark),
        zone.value if zone else ZoneInfo("UTC"),
        domains or (),
        locations,
        sound=tenant is not None and not reading.problems,
    )


def read_rest(reading: Reading, essentials: Essentials, now: datetime) -> Settings:
    """Read every setting that has a default."""
    root, today = reading.root, now.astimezone(essentials.zone).date()
    not_in_files = reading.value(root, "not_in_files", read_not_in_files)
    return Settings(
        mark=root.mark,
        tenant_url=essentials.url,
        timezone=essentials.zone,
        email_domains=essentials.domains,
        locations=essentials.locations,
        privileged_roles=reading.values(root, "privileged_roles", read_word, empty=NO_ROLES),
        protected=reading.values(root, "protected", read_address) or (),
        not_in_files=not_in_files or Located(NotInFiles.REPORT, root.mark),
        minimum_active=read_minimums(reading, essentials.locations),
        limits=read_limits(reading),
        allow=read_allowances(reading, today),
        scope=read_scope(reading, essentials.domains),
        batch_size=stated(reading.value(root, "batch_size", read_batch_size), 500),
        job_timeout=stated(reading.value(root, "job_timeout", read_duration), 30 * 60.0),
        settle_timeout=stated(reading.value(root, "settle_timeout", read_duration), 60.0),
        snapshot_max_age=stated(reading.value(root, "snapshot_max_age", read_duration), 7 * 86_400.0),
        ignore_jobs=read_ignored_jobs(reading, today),
        actors=read_actors(reading),
    )


def stated(found: Located[T] | None, default: T) -> T:
    """Return what the settings state, or the default."""
    return default if found is None else found.value


def read_scope(reading: Reading, domains: tuple[Located[str], ...]) -> tuple[str, ...]:
    """Return the patterns of addresses that the tree answers for: by default everybody in the domains."""
    patterns = reading.values(
        reading.block("scope", ("emails",)), "emails", read_pattern, empty="an empty list means nobody"
    )
    if patterns is None:
        return tuple(f"*@{domain.value}" for domain in domains)
    return tuple(pattern.value for pattern in patterns)


def read_actors(reading: Reading) -> Mapping[str, str]:
    """Return the canonical address of each GitHub login, logins in lower case."""
    found = entry(reading.root, "actors")
    logins = reading.mapping(*found) if found else None
    actors: dict[str, str] = {}
    for key, _ in logins.entries if logins else ():
        try:
            login = read_login(key)
            if login in actors:
                raise BadValue(f"{quoted(login)} stands twice", "remove one of the two", "D-28")
        except BadValue as error:
            reading.report(refuse(key, key.mark, error))
            continue
        if address := reading.value(logins, key.text, read_address):
            actors[login] = address.value
    return MappingProxyType(actors)


NO_ROLES: Final = (
    "an empty list guards nothing; without the line every role named like an administrator is privileged"
)
