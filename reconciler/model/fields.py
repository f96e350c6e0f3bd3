"""The one table of a user's fields (platform-api section 9). A new field is one row; nobody lists them again."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from reconciler.model.kinds import (
    ACCOUNT,
    CHAT_LIMIT,
    DIGITS,
    EMAIL,
    FLAG,
    MINUTES,
    PHONE,
    PLACE,
    TEXT,
    Kind,
)
from reconciler.model.names import ROLES, TEAMS


class Care(StrEnum):
    """What the tool does with a field."""

    KEY = "key"
    """Finds the person; never changed by a plain edit."""
    RENAME = "rename"
    """Written only to move a person to a new address; never read."""
    MANAGED = "managed"
    """Compared and written where a file states it."""
    SEEN = "seen"
    """Shown, never written: no bulk key is known."""


@dataclass(frozen=True, slots=True)
class Field:
    """One row of the table.

    Attributes:
        name: The platform's bulk key, and the key in the tree.
        kind: Owner of the four turns of its values.
        title: What people read.
        care: What the tool does with it.
        required: Needed in every row; repeated from the live record where a file does not state it.
        personal: Belongs to one person, so no profile may hold it.
        clearable: `null` removes the value; true of the location alone.
        unique: No two people may hold the same value.
        lost_on_deactivation: The platform empties it when the person becomes inactive, and does not restore it.
        live: Keys of the read record that hold it, first one present wins.
        tree: The key in the tree where it is not the name.
        csv: The header of its column in the portal's CSV file, the part before `: <name>` for roles and teams;
            `""` for none.
    """

    name: str
    kind: Kind
    title: str
    care: Care = Care.MANAGED
    required: bool = False
    personal: bool = False
    clearable: bool = False
    unique: bool = False
    lost_on_deactivation: bool = False
    live: tuple[str, ...] = ()
    tree: str = ""
    csv: str = ""

    @property
    def live_keys(self) -> tuple[str, ...]:
        """The keys of the read record that may hold the field."""
        return self.live or (self.name,)

    @property
    def tree_key(self) -> str:
        """The key in a declaration file."""
        return self.tree or self.name


USER_FIELDS: Final = (
    Field("email", EMAIL, "E-mail", Care.KEY, required=True, personal=True, csv="Email"),
    Field("new_email", EMAIL, "New e-mail", Care.RENAME, personal=True, tree="previous_emails", csv="New email"),
    Field("agent_number", TEXT, "Agent number", personal=True, unique=True, csv="Agent ID"),
    Field("first_name", TEXT, "First name", required=True, personal=True, csv="First name"),
    Field("last_name", TEXT, "Last name", required=True, personal=True, csv="Last name"),
    Field("alias", TEXT, "Alias", csv="Alias"),
    Field("status", ACCOUNT, "Account", live=("deactivated_at",), csv="Status"),
    Field("location", PLACE, "Location", clearable=True, csv="Location"),
    Field("max_chat_limit", CHAT_LIMIT, "Chat concurrency", csv="Chat concurrency"),
    Field("max_chat_limit_enabled", FLAG, "Own chat concurrency in force", csv="Chat concurrency status"),
    Field(
        "unrestricted_international_calling",
        FLAG,
        "International calling without restriction",
        csv="Non-restricted international calling",
    ),
    Field("external_user", FLAG, "External user", csv="External User"),
    Field("ucaas_sip_uri", TEXT, "External SIP address", personal=True, csv="External SIP URI"),
    Field("ucaas_user_name", TEXT, "UCaaS user name", personal=True, csv="UCaaS username"),
    Field("extension_number", DIGITS, "Extension", personal=True, unique=True, csv="Agent Extensions"),
    Field("availability_filter", TEXT, "Availability filter", csv="Availability Filter Name"),
    Field("filter_timeout", MINUTES, "Filter timeout", Care.SEEN),
    Field("direct_inbound_number1", PHONE, "Direct number 1", personal=True, csv="Direct Inbound Number: 1"),
    Field("direct_inbound_number2", PHONE, "Direct number 2", personal=True, csv="Direct Inbound Number: 2"),
    Field("direct_inbound_number3", PHONE, "Direct number 3", personal=True, csv="Direct Inbound Number: 3"),
    Field("direct_inbound_number4", PHONE, "Direct number 4", personal=True, csv="Direct Inbound Number: 4"),
    Field("direct_inbound_number5", PHONE, "Direct number 5", personal=True, csv="Direct Inbound Number: 5"),
    Field("roles", ROLES, "Roles", csv="Role"),
    Field("teams", TEAMS, "Teams", lost_on_deactivation=True, csv="Team"),
)
"""Every field of platform-api section 9, in the order of the portal's columns."""

FIELDS: Final[Mapping[str, Field]] = MappingProxyType({field.name: field for field in USER_FIELDS})
"""The table by the platform's bulk key."""

TREE_FIELDS: Final[Mapping[str, Field]] = MappingProxyType(
    {field.tree_key: field for field in USER_FIELDS if field.care is not Care.SEEN}
)
"""The table by the key that a declaration file uses."""

MANAGED_FIELDS: Final = tuple(field for field in USER_FIELDS if field.care is Care.MANAGED)
"""The fields that are compared and written."""

READ_FIELDS: Final = tuple(field for field in USER_FIELDS if field.care is not Care.RENAME)
"""The fields that a read record may hold."""
