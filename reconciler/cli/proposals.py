"""What stands in the files of a new tree: what was given, else what was found out, else a placeholder."""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, TypeAlias

import click

from reconciler.core.settings_kinds import read_domain, read_url, read_zone
from reconciler.edge.surroundings import Surroundings
from reconciler.model.source import Mark, Node, Scalar, Source
from reconciler.model.values import BadValue

Read: TypeAlias = Callable[[Node], object]

PEOPLE_SCHEMA: Final = ".reconciler/schema.json"
SETTINGS_SCHEMA: Final = ".reconciler/settings.json"
"""The schemas stand outside the tree, which takes no files that it does not read (faults.md D-05)."""


class Proposal(NamedTuple):
    """A value, and what a person is to know when checking it; `""` where nothing is to be checked."""

    value: str
    check: str = ""


def wording(tree: str, around: Surroundings, values: Mapping[str, Proposal]) -> Mapping[str, str]:
    """Return what the words of the templates stand for; `tree` is the path of the tree in the repository."""
    up = "../" * (tree.count("/") + 1)
    return {
        "TREE": tree,
        "BRANCH": around.branch or "main",
        "OWNERS": f"@{around.owner or 'your-organisation'}/contact-centre-admins",
        "PEOPLE_SCHEMA": up + PEOPLE_SCHEMA,
        "SETTINGS_SCHEMA": up + SETTINGS_SCHEMA,
        **{word: proposal.value for word, proposal in values.items()},
        **{f"{word}_CHECK": check(proposal) for word, proposal in values.items()},
    }


def propose(around: Surroundings, told: str, url: str | None, timezone: str | None) -> Mapping[str, Proposal]:
    """Return the values of the settings; raises `click.BadParameter` for a given one that cannot be read.

    Args:
        around: What was found out.
        told: The address in the environment; only one that is no rehearsal on this machine is proposed.
        url: The address of the tenant as given.
        timezone: Its time zone as given.
    """
    domain = around.email.rpartition("@")[2]
    return {
        "URL": given("--url", url, read_url)
        or first(
            read_url,
            Proposal(told if told.startswith("https:") else "", "the address in RECONCILER_URL"),
            Proposal("https://change-me.example", "a placeholder"),
        ),
        "TIMEZONE": given("--timezone", timezone, read_zone)
        or first(
            read_zone,
            Proposal(around.timezone, "the time zone of the machine that wrote this"),
            Proposal("UTC", "a placeholder"),
        ),
        "DOMAIN": first(
            read_domain,
            Proposal("" if "noreply" in domain else domain, "the domain of the git address of who wrote this"),
            Proposal("acme.example", "a placeholder"),
        ),
    }


def given(option: str, text: str | None, read: Read) -> Proposal | None:
    """Return a given value in its canonical form, None where it was not given; raises `click.BadParameter`."""
    if text is None:
        return None
    try:
        return Proposal(str(read(in_quotes(text))))
    except BadValue as error:
        raise click.BadParameter(f"{error.summary}; {error.hint}", param_hint=option) from None


def first(read: Read, *proposals: Proposal) -> Proposal:
    """Return the first proposal that can be read; the last one can."""
    return next((proposal for proposal in proposals if fits(read, proposal.value)), proposals[-1])


def fits(read: Read, text: str) -> bool:
    """Say whether a text can be read so."""
    try:
        read(in_quotes(text))
    except BadValue:
        return False
    return True


def in_quotes(text: str) -> Scalar:
    """Return a text as if it stood in a file between quotes."""
    return Scalar(text, '"', Mark(Source("", ""), 1, 1))


def check(proposal: Proposal) -> str:
    """Return the comment that marks a proposal in a file."""
    return f"  # CHECK: {proposal.check}" if proposal.check else ""
