"""The languages of the targets: honest inputs, and the words and signs that make others of them."""

import json
from typing import Final

from tests.builders import NOW, TEMPLATE, URL, raw
from tests.stage import SETTINGS
from tests.views.hostile import HOSTILE


def encoded(*texts: str) -> tuple[bytes, ...]:
    """Texts as bytes, lone surrogates too."""
    return tuple(text.encode("utf-8", "surrogatepass") for text in texts)


YAML_PIECES: Final = encoded(
    *"abé[]{}:,-#&*!|>%@`'\"\\?~=<.\n ", ": ", "- ", "\n  ", "\r\n", "\r", "\t", "---\n", "...\n", "NO", "0x1",
    "1:30", "!!int ", "2024-13-45", "<<: ", "\\x1b", "\\ud800", "\ufeff", "\u2028", "\u0085", "\u200d", "\u202e",
    "\u00a0", "\0", "\x1b", "email: ", "users:\n", "roles: ", "teams: ", "at_least: ", "never: ", "[Agent, Agent]",
    "null", "true", "a@acme.example", "status: Inactive", "&a ", "*a", "!x ", "%YAML 1.1\n", "? ", "|\n", ">-\n",
    "''", '""', "е", "ﬁ", "first_name: ", "last_day: ", "first_day: ", "{a: 1}", "profiles:\n", "profile: ",
    "previous_emails: ", "from: ", "until: ", "2026-12-09",
)  # fmt: skip
PEOPLE: Final = encoded(
    "email: a@acme.example\nroles: [Agent, 'Lead']\nteams: {at_least: [A]}\nlocation: Madrid # x\n",
    'users:\n  - email: ana@acme.example\n    agent_number: "0417"\n    max_chat_limit: 3\n    teams:\n'
    "      at_least: [Billing ES]\n      never: [VIP]\n  - email: bo@acme.example\n    status: Inactive\n",
    '{"users": [{"email": "li.wei@acme.example", "teams": ["Manila Chat"], "location": null}]}\n',
    "# nothing\nemail: '__x@acme.example'\nfirst_name: \"Jos\\u00e9\"\nlast_name: 'Null'\n",
    "profiles:\n  agent:\n    roles: [Agent]\n    teams: [A]\n"
    "users:\n  - email: a@acme.example\n    profile: agent\n",
)
SETTINGS_SEEDS: Final = encoded(
    SETTINGS,
    f"{SETTINGS}limits: {{deactivate: {{count: 25, share: 5%}}}}\nprotected: [a@acme.example]\nbatch_size: 500\n"
    "allow:\n  - {deactivate: 31, in: a.yaml, last_day: 2026-12-09, why: x}\njob_timeout: 30m\n",
)
SETTINGS_PIECES: Final = YAML_PIECES + encoded(
    "limits: ", "{deactivate: {count: 25, share: 5%}}", "allow:\n  - ", "minimum_active: ", "{roles: {Admin: 2}}",
    "{deactivate: 31, in: a.yaml, last_day: 2026-12-09, why: x}", "protected: ", "privileged_roles: ", "5%", "-1",
    "batch_size: ", "job_timeout: 30m", "scope: {emails: ['*@x']}", "not_in_files: deactivate", "ignore_jobs: ",
    "actors: ", "locations: ", "format: ", "tenant: ",
)  # fmt: skip
JSON_PIECES: Final = encoded(
    *'[]{}:,"\\ 0-9.eE', "null", "true", "false", "NaN", "1e999", "-0", '""', '"id": 17', '"email": ', '"roles": ',
    '"teams": ', '[{"name": "Agent", "value": 1}]', '{"Agent": "1"}', '"Role: Agent": 1', "\\ud800", "\\u0000",
    "\ufeff", '"status": "valid_scheme"', '"filename": ', '"row": null', '"users": [', '"deactivated_at": null',
    '"12"', "9" * 30, '"message": "x"', "true, ",
)  # fmt: skip
SNAPSHOT: Final = {
    "format": 1,
    "address": URL,
    "taken_at": NOW.isoformat(),
    "template": {"sample": {"email": "x"}, "roles": ["Agent"], "teams": []},
    "users": [{"key": "a@x", "id": "1", "email": "a@x", "values": {"email": "a@x", "roles": ["Agent"]}}],
    "doubled": [],
    "nameless": [],
    "unfinished": [],
}
ANSWERS: Final = tuple(
    json.dumps(answer).encode()
    for answer in (
        [raw("ana@acme.example"), raw("bo@acme.example")],
        {"users": [raw("ana@acme.example")], "page": 1},
        dict(TEMPLATE.sample),
        {
            "id": 12345,
            "status": "valid_scheme",
            "filename": "reconciler-00-11.json",
            "total_rows": 12,
            "errors": [],
        },
        {"errors": [{"row": 1, "column": 2, "message": "x", "error_type": "error"}, None, 7]},
        SNAPSHOT,
    )
)
HEADER_PIECES: Final = encoded(
    *"0123456789-+., :\n\t", "Wed, ", "02 Dec 2026 ", "09:01:00", " GMT", " +0100", " -9999", "99999999999", "1e5",
    "٣", "Infinity", "2026-12-02T09:01:00Z", "(comment", ")", "Feb 30", "24:00:00", "0000", "9999", "=?utf-8?",
    '"',
)  # fmt: skip
HEADERS: Final = encoded(
    "7",
    "Wed, 02 Dec 2026 09:01:00 GMT",
    "Wednesday, 02-Dec-26 09:01:00 GMT\nWed, 02 Dec 2026 09:00:00 GMT",
    "-5",
    "0",
)
NAMES: Final = encoded(*HOSTILE)
NAME_PIECES: Final = encoded(
    *"`|<>*_[]()!@#&~+-=:;/$%^'\"{}\\ \n\r\t\0\x1b\x7f\x9b\u2028\u202e\u200b\ufeff\ud800é李", "::error::", "##[",
    "<!--", "-->", "</td>", "www.evil.example", "@org/team", "\\x1b", "\\u202e", "&amp;", "![x](y)", "-> ", ", ",
    "(none)", "\u0301" * 6, "    ",
)  # fmt: skip
