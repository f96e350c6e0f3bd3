"""Every switch: what the platform's documentation leaves open, and how the simulator then behaves."""

from collections.abc import Mapping
from dataclasses import dataclass

TEXT = "<text>"
NUMBER = "<number>"


@dataclass(frozen=True, slots=True)
class Switch:
    """One choice of behaviour.

    Attributes:
        number: The unknown of platform-api section 13 it belongs to; None for a behaviour that is
            known to be possible and has no number there.
        name: Stable name, as on the command line.
        values: Allowed values; the first is the default. `<text>` allows any text and `<number>`
            any number that is not negative (the default then stands before it).
        sentence: What the switch decides.
    """

    number: int | None
    name: str
    values: tuple[str, ...]
    sentence: str

    @property
    def default(self) -> str:
        """The behaviour without options."""
        return self.values[0]

    def allows(self, value: str) -> bool:
        """Tell whether `value` can be set."""
        if value in (TEXT, NUMBER):
            return False
        return value in self.values or TEXT in self.values or (NUMBER in self.values and _is_number(value))


def _is_number(value: str) -> bool:
    try:
        number = float(value)
    except ValueError:
        return False
    return 0 <= number < float("inf")


def _switch(number: int | None, name: str, values: str, sentence: str) -> Switch:
    return Switch(number, name, tuple(values.split("|")), sentence)


SHAPES = "pairs|names|objects|mapping|manager|flat"

SWITCHES: tuple[Switch, ...] = (
    _switch(1, "final_token", "completed|finished|done|failed|<text>", "word that shows a job as ended"),
    _switch(
        2,
        "stuck",
        "none|created|valid_scheme|in_progress",
        "state that a job never leaves (in_progress: half of the rows are applied)",
    ),
    _switch(
        3,
        "lying_upload",
        "none|zero_rows|missing_rows|never_validates|nothing_stored",
        "what is wrong behind the upload's success answer",
    ),
    _switch(4, "success_codes", "documented|200|202", "status of upload and proceed answers"),
    _switch(5, "error_body", "message|error|errors|text|html|empty", "form of every error answer"),
    _switch(6, "unauthorized", "401|403|401_html", "answer to a wrong credential"),
    _switch(7, "rate_answer", "429|429_bare|503", "answer above the rate limit; bare: without Retry-After"),
    _switch(7, "retry_after", "1|<text>", "value of Retry-After above the rate limit"),
    _switch(8, "upload_reply", "sent|lost", "lost: the job is made and the connection closed without a reply"),
    _switch(9, "proceed_wrong_state", "400|422|409|200", "answer to a proceed before valid_scheme; never acts"),
    _switch(10, "proceed_twice", "400|200", "answer to a second proceed; rows never run twice"),
    _switch(11, "put_running", "400|200", "answer to PUT on a running or ended job; 200 starts it anew"),
    _switch(12, "proceed_status", "valid_scheme|in_progress", "status word in the proceed answer"),
    _switch(13, "link_header", "documented|absent|wrong_host|http|bare", "form of Link headers and of `link`"),
    _switch(14, "page_size", "both|per|per_page", "which page size parameters GET users understands"),
    _switch(14, "page_ignored", "no|yes", "yes: GET users always answers page 1"),
    _switch(14, "totals", "yes|no_total|no_headers", "which paging headers GET users sends"),
    _switch(14, "page_cap", "0|<number>", "most users on one page, whatever is asked; 0: as asked"),
    _switch(15, "id_params", "brackets|plural|comma|ignored", "how GET users selects by id"),
    _switch(16, "envelope", "none|users|data|items|results", "key around the list of GET users"),
    _switch(17, "roles_shape", SHAPES, "form of roles in GET users; all but pairs, mapping and flat: held only"),
    _switch(17, "teams_shape", SHAPES, "form of teams in GET users; all but pairs, mapping and flat: held only"),
    _switch(
        17,
        "member_values",
        "ints|strings|booleans|empty",
        "values of pairs, mapping and flat in GET users; empty: 1 or an empty text",
    ),
    _switch(18, "deactivated_at", "null|missing|empty", "how GET users shows that a user is active"),
    _switch(19, "missing_key", "no_change|scheme_error|cleared", "a template key left out of a row"),
    _switch(20, "missing_name", "no_change|removed", "a role or team left out of a row's list"),
    _switch(21, "empty_value", "no_change|cleared", "an empty text as value (location, status: never clears)"),
    _switch(22, "no_role", "update_error|scheme_error|accepted", "a row that leaves its user without a role"),
    _switch(23, "unknown_name", "scheme_error|warning_skip", "a role, team or location the tenant lacks"),
    _switch(24, "unknown_key", "ignored|scheme_error", "a row's key that the template lacks"),
    _switch(25, "unknown_inactive", "update_error|creates|ignored", "an unknown email with status Inactive"),
    _switch(
        26,
        "rename_conflict",
        "update_error|second_user",
        "new_email that another user holds, or new_email of an unknown email",
    ),
    _switch(27, "stale_rename", "creates|error", "a row under an address its user had before a rename"),
    _switch(28, "email_match", "insensitive|sensitive", "how a row's email finds its user"),
    _switch(
        29,
        "error_rows",
        "one|zero|header|null",
        "base of row and column in errors; header: the first row is 2; null: neither is told",
    ),
    _switch(30, "affected", "applied|all|zero", "what affected_rows counts"),
    _switch(
        31,
        "error_arrays",
        "both|calls_only|arrays_only",
        "where errors are told; arrays_only: the two error calls answer 404",
    ),
    _switch(31, "no_errors", "empty|404", "answer of an error call when there are no errors"),
    _switch(32, "warnings", "none|every_row", "every_row: each applied row also gets a warning"),
    _switch(33, "atomic", "no|yes", "yes: one failing row keeps the whole job from being applied"),
    _switch(34, "stale_seconds", "0|<number>", "how long GET users still shows what was before a change"),
    _switch(34, "stale_pattern", "steady|flip_flop", "flip_flop: every second read is fresh"),
    _switch(35, "concurrent", "allowed|409|400", "upload or proceed while another job is in progress"),
    _switch(36, "deactivate_teams", "wiped|kept", "teams of a user who is deactivated"),
    _switch(37, "reactivate_teams", "applied|not_applied", "teams in the row that reactivates"),
    _switch(38, "create_teams", "applied|rows_fail|no_teams", "teams in the row that creates"),
    _switch(39, "deactivate", "works|silent", "silent: the row ends well and the user stays active"),
    _switch(40, "flags", "strings|ints|booleans", "type of flags and of role and team values in the template"),
    _switch(
        41,
        "file_part",
        "accepts|strict",
        "strict: 400 unless *.json, application/json, UTF-8 without BOM, a list on top",
    ),
    _switch(42, "max_bytes", "0|<number>", "413 for an upload body above it; 0: no limit"),
    _switch(43, "extra_keys", "none|random", "random: keys nobody knows in every object of every answer"),
    # Behaviours without a number in section 13 that a client must survive all the same.
    _switch(None, "rate_limit", "10|<number>", "requests allowed in any second; 0: no limit"),
    _switch(None, "queue_seconds", "0|<number>", "how long a proceeded job truly still waits as valid_scheme"),
    _switch(None, "upload_visible_after", "0|<number>", "seconds until a new job can be seen"),
    _switch(None, "proceed_visible_after", "0|<number>", "seconds until a proceed can be seen; rows run at once"),
    _switch(None, "ignore_field", "none|<text>", "bulk key that every row accepts and silently does not apply"),
    _switch(None, "neighbour", "none|<text>", "email of a user to whom each row is applied as well"),
    _switch(None, "wrong_user", "none|<text>", "email of a user to whom each update row is applied instead"),
    _switch(None, "roles_merge", "no|yes", "yes: roles are only ever added by a row"),
    _switch(None, "normalise", "none|trim|lower|nfc|cut20", "what becomes of first name, last name and alias"),
    _switch(
        None,
        "job_vanishes",
        "no|yes|created|valid_scheme|invalid_scheme|in_progress|final",
        "state in which a job can no longer be found; yes: always",
    ),
    _switch(None, "fail_emails", "none|<text>", "emails, with commas, whose rows end in an update error"),
    _switch(None, "fail_at_row", "0|<number>", "row (1-based) before which the job ends as failed; 0: never"),
    _switch(None, "null_value", "no_change|cleared", "null as value (location: always clears)"),
    _switch(None, "empty_read", "null|empty|missing", "how GET users shows a field without a value"),
    _switch(
        None,
        "read_flags",
        "documented|ints|strings|booleans",
        "flags in GET users; documented: 0/1, true/false, Yes/No by field",
    ),
    _switch(None, "template_roles", "present|missing|null", "roles in the template"),
    _switch(None, "template_teams", "present|missing|null", "teams in the template"),
    _switch(None, "foreign_host", "https://elsewhere.example|<text>", "where link_header=wrong_host leads"),
)

BY_NAME: Mapping[str, Switch] = {switch.name: switch for switch in SWITCHES}


@dataclass(frozen=True, slots=True)
class Settings:
    """The value of every switch; values that were not set are defaults."""

    chosen: Mapping[str, str]

    @classmethod
    def of(cls, values: Mapping[str, object]) -> "Settings":
        """Check names and values (numbers may be given as numbers).

        Raises:
            ValueError: A name is unknown or a value is not allowed.
        """
        return cls({name: _checked(name, str(value)) for name, value in values.items()})

    def but(self, values: Mapping[str, object]) -> "Settings":
        """Give the same settings with some switches set anew (raises as `of`)."""
        return Settings({**self.chosen, **Settings.of(values).chosen})

    def __getitem__(self, name: str) -> str:
        return self.chosen.get(name, BY_NAME[name].default)

    def number(self, name: str) -> float:
        """The value of a switch that is a number."""
        return float(self[name])

    def all(self) -> dict[str, str]:
        """Every switch with its present value."""
        return {switch.name: self[switch.name] for switch in SWITCHES}


def _checked(name: str, value: str) -> str:
    if name not in BY_NAME:
        raise ValueError(f"no switch {name!r}; --list-switches shows them")
    if not BY_NAME[name].allows(value):
        raise ValueError(f"{name}: {value!r} is none of {', '.join(BY_NAME[name].values)}")
    return value


def listing() -> str:
    """Every switch as one line of text: unknown, name, values (default first), sentence."""
    return "\n".join(
        f"{switch.number or '-':>3}  {switch.name:<22} {'|'.join(switch.values)}  {switch.sentence}"
        for switch in SWITCHES
    )
