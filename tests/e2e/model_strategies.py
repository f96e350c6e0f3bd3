"""What the model test draws: people, declared and portal values by kind, settings, and kinds of platforms."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from hypothesis import strategies as st

from reconciler.model.fields import MANAGED_FIELDS, Field
from reconciler.model.kinds import ACCOUNT, CHAT_LIMIT, DIGITS, PHONE, PLACE, Flag
from reconciler.model.names import Names
from tests.e2e.model_expected import FIRST, LAST, Guards
from tests.stage import BEGIN

LIVE: Final = ("ana@acme.example", "Bo@acme.example", "eva@acme.example", "off@acme.example", "root@acme.example")
POOL: Final = (*LIVE, "li.wei@acme.example", "__x@acme.example", "o'neil+1@acme.example")
"""Everybody who may be declared: five who are live, three who are not yet; one begins like a private name."""

ROLES: Final = ("Admin", "Manager", "Manager Admin", "Agent")
TEAMS: Final = ("Billing ES", "Retention ES", "VIP", "\u00c1rea \u00d1")
LISTED: Final = ("Madrid", "Manila", "Oslo")
SEED: Final[Mapping[str, Any]] = {
    "roles": ROLES,
    "teams": TEAMS,
    "locations": (*LISTED, "Lisbon"),
    "max_chat_limit": 10,
    "users": [
        {"email": LIVE[0], FIRST: "Ana", LAST: "Reyes", "roles": ["Agent"], "teams": ["VIP"], "location": "Oslo"},
        {"email": LIVE[1], FIRST: "Bo", LAST: "Dahl", "roles": ["Agent"], "teams": TEAMS, "agent_number": "A-1"},
        {"email": LIVE[2], FIRST: "Eva", LAST: "Lind", "roles": ["Agent", "Manager"], "status": "Inactive"},
        {"email": LIVE[3], FIRST: "Olga", LAST: "Frey", "roles": ["Agent"], "status": "Inactive", "alias": "of"},
        {"email": LIVE[4], FIRST: "Root", LAST: "One", "roles": ["Admin"], "teams": ["VIP"]},
        {"email": "guest@elsewhere.example", FIRST: "Guy", LAST: "G", "roles": ["Admin"], "location": "Lisbon"},
    ],
}
"""The company of the model test; Lisbon is a location that the settings do not list, the guest is out of scope."""

QUOTED: Final = ("Ana", "012", "yes", "Null", "1e3", "x: y", "a # b", "- a", "[x]", "it's", '"q"', "a\\b", "=1+1")
LETTERS: Final = ("<b>|", "%d", "\u00e9", "e\u0301", "\u00df", "\u0130", "\u738b\u5c0f", "\U0001f642", "n" * 255)
HOSTILE: Final = ("\u202eabc", "tab\there", "\x1b[31m", " spaced ", "two\nlines", "\ud800", "\x00")
"""Texts that a file states in quotes, texts of other scripts, and what only a portal could hold."""

DECLARED_TEXTS: Final = st.sampled_from(QUOTED + LETTERS)
PORTAL_TEXTS: Final = st.none() | st.sampled_from(QUOTED + LETTERS + HOSTILE)
NUMBERS: Final = (*map(str, range(4000, 4012)), "0", "7", "07")
"""Few enough that two people meet at one number now and then."""


DAYS: Final = st.integers(-2, 9).map(lambda days: str(BEGIN.date() + timedelta(days)))
"""Days about the beginning of the story; the clock passes over most of them."""

WINDOWS: Final[st.SearchStrategy[dict[str, str]]] = st.one_of(
    st.just({}),
    st.just({}),
    DAYS.map(lambda day: {"first_day": day}),
    DAYS.map(lambda day: {"last_day": day}),
    st.tuples(DAYS, DAYS).map(lambda days: dict(zip(("first_day", "last_day"), sorted(days), strict=True))),
)
"""No days as often as not, else the first, the last, or both."""


def declared_values(field: Field) -> st.SearchStrategy[Any]:
    """What a file may say under a key."""
    if isinstance(field.kind, Names):
        return name_rules(known_names(field), field.kind.least)
    if field.kind is PLACE:
        return st.none() | st.sampled_from((*LISTED, "madrid", "OSLO"))
    if field.kind is ACCOUNT:
        return st.sampled_from(("Active", "Inactive"))
    if field.kind is CHAT_LIMIT:
        return st.integers(1, 10).flatmap(lambda number: st.sampled_from((number, str(number))))
    if isinstance(field.kind, Flag):
        return st.booleans()
    if field.kind is PHONE:
        return st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True)
    if field.unique:
        return st.sampled_from(NUMBERS)
    return DECLARED_TEXTS


def known_names(field: Field) -> tuple[str, ...]:
    """The tenant's names of a field."""
    return {"roles": ROLES, "teams": TEAMS}[field.name]


def name_rules(names: tuple[str, ...], least: int) -> st.SearchStrategy[Any]:
    """One name, an exact list, or at least these and never those; seldom a name that nobody has."""
    one = st.sampled_from(names * 8 + ("Ghost",))
    return (
        one
        | st.lists(one, unique=True, min_size=least, max_size=3)
        | st.tuples(st.lists(one, unique=True, min_size=2, max_size=2), WINDOWS).map(
            lambda drawn: [drawn[0][0], {"name": drawn[0][1], **drawn[1]}]
        )
        | st.lists(one, unique=True, min_size=1, max_size=3).flatmap(halves)
    )


def halves(names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Some names under `at_least`, the others under `never`; a half with no name may be written or absent."""
    return st.tuples(st.integers(0, len(names)), WINDOWS).flatmap(
        lambda drawn: st.sampled_from(
            (
                {"at_least": names[: drawn[0]], "never": names[drawn[0] :]},
                {key: half for key, half in parted(names, *drawn) if half},
            )
        )
    )


def parted(names: list[str], cut: int, window: dict[str, str]) -> tuple[tuple[str, list[Any]], ...]:
    """Part names in those that must be held, all of them with the same days, and those that must not."""
    return ("at_least", [{"name": name, **window} if window else name for name in names[:cut]]), (
        "never",
        names[cut:],
    )


def declarations() -> st.SearchStrategy[dict[str, Any]]:
    """What a file says of one person beside the address; mostly enough to make somebody new."""
    enough = {name: declared_values(BY_NAME[name]) for name in (FIRST, LAST, "roles")}
    some = {field.name: declared_values(field) for field in MANAGED_FIELDS}
    few = st.lists(st.sampled_from((*some, *OFTEN * 5)), unique=True, min_size=1, max_size=5)
    values = st.tuples(st.sampled_from((True, True, True, False)), few).flatmap(
        lambda drawn: st.fixed_dictionaries(
            {**(enough if drawn[0] else {}), **{name: some[name] for name in drawn[1]}}
        )
    )
    return st.tuples(values, st.just({}) | WINDOWS, NAMED).map(lambda drawn: drawn[0] | drawn[1] | drawn[2])


PROFILES: Final = ("agent", "peak", "site")

NAMED: Final[st.SearchStrategy[dict[str, list[str]]]] = st.just({}) | st.lists(
    st.sampled_from(PROFILES), unique=True, max_size=3
).map(lambda names: {"profiles": names})
"""The profiles that a person names, if any."""

SHARED: Final[Mapping[str, tuple[str, ...]]] = {
    "agent": ("roles",),
    "peak": ("teams", "status"),
    "site": ("location", "alias", "max_chat_limit", "external_user"),
}
"""What each profile may give: no two the same, so that only names of people and profiles contradict each other."""


def profiles() -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """A profile by its name: what it gives, when, and to whom without their asking."""
    return st.sampled_from(PROFILES).flatmap(
        lambda name: st.tuples(
            st.just(name),
            st.tuples(
                st.lists(st.sampled_from(SHARED[name]), unique=True, min_size=1).flatmap(
                    lambda fields: st.fixed_dictionaries(
                        {field: declared_values(BY_NAME[field]) for field in fields}
                    )
                ),
                WINDOWS,
                st.lists(st.sampled_from(POOL), unique=True, max_size=2).map(lambda people: {"people": people}),
            ).map(lambda drawn: drawn[0] | drawn[1] | drawn[2]),
        )
    )


OFTEN: Final = ("status", "roles", "teams", "location")
"""What decides most, and is drawn most."""


def portal_values(field: Field) -> st.SearchStrategy[Any]:
    """What somebody may set in the portal."""
    if isinstance(field.kind, Names):
        return st.lists(st.sampled_from(known_names(field)), unique=True, min_size=field.kind.least, max_size=3)
    if field.kind is PLACE:
        return st.none() | st.sampled_from((*LISTED, "Lisbon"))
    if field.kind is ACCOUNT:
        return st.sampled_from(("Active", "Inactive"))
    if field.kind is CHAT_LIMIT:
        return st.none() | st.integers(1, 10)
    if isinstance(field.kind, Flag):
        return st.sampled_from((0, 1))
    if field.unique or field.kind is DIGITS:
        return st.none() | st.sampled_from(NUMBERS)
    if field.kind is PHONE:
        return st.sampled_from((None, "+34915550123", "+4712345678"))
    if field.required:
        return st.sampled_from(("Ana", "Zo\u00eb", "Null")) if field.name == FIRST else PORTAL_TEXTS
    return PORTAL_TEXTS


BY_NAME: Final = {field.name: field for field in MANAGED_FIELDS}

DECLARED_FIELD: Final = st.sampled_from(MANAGED_FIELDS).flatmap(
    lambda field: st.tuples(st.just(field.name), declared_values(field))
)
"""One field with what a file says of it."""

PORTAL_EDIT: Final = st.lists(
    st.sampled_from((*BY_NAME, *OFTEN * 5)), unique=True, min_size=1, max_size=3
).flatmap(lambda names: st.fixed_dictionaries({name: portal_values(BY_NAME[name]) for name in names}))
"""A few fields with what the portal makes of them."""

ADDRESSES: Final = st.sampled_from(POOL).flatmap(
    lambda email: st.sampled_from((email, email, email.lower(), email.upper(), email.title()))
)
"""Somebody of the pool in some spelling."""

FORMS: Final = ("block", "json", "crlf", "alone")
FILES: Final = ("people.yaml", "billing/team.yml", "00 \u00f1.yaml", "z/y/x.yaml")

SWITCHES: Final[Mapping[str, tuple[object, ...]]] = {
    "roles_shape": ("pairs", "names", "objects", "mapping", "manager", "flat"),
    "teams_shape": ("pairs", "names", "objects", "mapping", "manager", "flat"),
    "member_values": ("ints", "strings", "booleans", "empty"),
    "envelope": ("none", "users", "data", "items", "results"),
    "flags": ("strings", "ints", "booleans"),
    "read_flags": ("documented", "ints", "strings", "booleans"),
    "totals": ("yes", "no_total", "no_headers"),
    "deactivated_at": ("null", "missing", "empty"),
    "empty_read": ("null", "empty"),
    "final_token": ("completed", "finished", "done"),
    "success_codes": ("documented", "200", "202"),
    "reactivate_teams": ("applied", "not_applied"),
    "create_teams": ("applied", "no_teams"),
    "deactivate_teams": ("wiped", "kept"),
    "stale_seconds": (0, 5),
    "warnings": ("none", "every_row"),
    "missing_key": ("no_change", "cleared"),
    "missing_name": ("no_change", "removed"),
    "empty_value": ("no_change", "cleared"),
    "error_arrays": ("both", "calls_only", "arrays_only"),
    "no_errors": ("empty", "404"),
    "affected": ("applied", "all", "zero"),
    "email_match": ("insensitive", "sensitive"),
    "file_part": ("accepts", "strict"),
    "unknown_key": ("ignored", "scheme_error"),
}
"""What the platform may do otherwise without any run ending worse for it."""

PLATFORMS: Final[st.SearchStrategy[dict[str, object]]] = st.just({}) | st.fixed_dictionaries(
    {name: st.sampled_from(values) for name, values in SWITCHES.items()}
)
"""Either all by the reference, or everything somehow."""

SWITCH: Final = st.sampled_from(sorted(SWITCHES)).flatmap(
    lambda name: st.tuples(st.just(name), st.sampled_from(SWITCHES[name]))
)

SIZES: Final = st.sampled_from((1, 2, 3, 500))
ADMIN: Final = ("roles", "Admin")
WIDE: Final = st.builds(Guards, minimums=st.sampled_from(({}, {ADMIN: 1})), batch_size=SIZES)
TIGHT: Final = st.builds(
    Guards,
    limit=st.sampled_from((50, 2, 1, 0)),
    minimums=st.sampled_from(({}, {ADMIN: 1}, {ADMIN: 2, ("teams", "VIP"): 2})),
    protected=st.sampled_from(((), ("ROOT@acme.example",), ("bo@acme.example", "eva@acme.example"))),
    not_in_files=st.sampled_from(("report", "deactivate")),
    batch_size=SIZES,
)
OUT: Final = st.builds(
    Guards,
    limit=st.sampled_from((50, 4)),
    protected=st.sampled_from((("root@acme.example",), ("Root@acme.example", "eva@acme.example"))),
    not_in_files=st.just("deactivate"),
    batch_size=SIZES,
)
GUARDS: Final = WIDE | WIDE | TIGHT | OUT
"""Settings: mostly wide limits, sometimes tight ones, sometimes whoever is in no file goes."""
