"""The simulator answers each request of the contract pairs as the platform's reference says.

A pair is `source`, `grade`, `given` (requests and waits before), `request` and `response`. In a request
`<subdomain:token>` stands for the credential, `file` for the file part and `fields` for the other parts.
In a response text may be a pattern: `<string>`, `<string or null>`, `<integer>`, `<integer or null>`,
`<flag>`, `<boolean>`, `<yes or no>`, `<timestamp>`, `<email>`; `<more>` at the end of a text is any rest,
`{base}` the address of the API. A header of null must not be there.
"""

import http.client
import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from reconciler.simulator import Simulator

PAIRS = sorted(Path(__file__).parent.glob("*.json"))

START = datetime(2022, 1, 7, 6, 40, 34, tzinfo=UTC).timestamp()
VALIDATE_SECONDS = 10.0
JOB_SECONDS = 60.0

TENANT: dict[str, Any] = {
    "roles": ["Admin", "Manager", "Agent", "Developer"],
    "teams": ["Support", "Sales"],
    "locations": ["Mexico", "Lisbon"],
    "users": [
        {"email": "user1@yourcompany.co", "first_name": "John", "last_name": "Adams", "location": "Mexico",
         "roles": ["Manager", "Developer"], "teams": ["Support"]},
        {"email": "user2@yourcompany.co", "first_name": "Jane", "last_name": "Adams", "roles": ["Agent"]},
        {"email": "user3@yourcompany.co", "first_name": "Joan", "last_name": "Adams", "roles": ["Agent"],
         "status": "Inactive"},
    ],
}  # fmt: skip

PATTERNS: dict[str, Callable[[Any], bool]] = {
    "<string>": lambda value: isinstance(value, str),
    "<string or null>": lambda value: value is None or isinstance(value, str),
    "<integer>": lambda value: type(value) is int,
    "<integer or null>": lambda value: value is None or type(value) is int,
    "<flag>": lambda value: value in ("0", "1") or (type(value) is int and value in (0, 1)),
    "<boolean>": lambda value: isinstance(value, bool),
    "<yes or no>": lambda value: value in ("Yes", "No"),
    "<timestamp>": lambda value: re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", str(value)) is not None,
    "<email>": lambda value: re.fullmatch(r"[^@]+@[^@]+", str(value)) is not None,
}


@dataclass
class Clock:
    now: float = START

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.stem)
def test_L_25_the_simulator_answers_as_the_reference_says(path: Path) -> None:
    pair = json.loads(path.read_text(encoding="utf-8"))
    clock = Clock()
    with Simulator(TENANT, clock=clock, validate_seconds=VALIDATE_SECONDS, job_seconds=JOB_SECONDS) as simulator:
        for before in pair.get("given", ()):
            if "wait_seconds" in before:
                clock.now += before["wait_seconds"]
            else:
                send(simulator, before)
        status, headers, body = send(simulator, pair["request"])
    assert status == pair["response"]["status"]
    assert list(differences(pair["response"]["body"], json.loads(body), "body", simulator.base_url)) == []
    for name, value in pair["response"]["headers"].items():
        assert list(differences(value, headers.get(name), name, simulator.base_url)) == []


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.stem)
def test_every_pair_names_its_source_and_grade(path: Path) -> None:
    pair = json.loads(path.read_text(encoding="utf-8"))
    assert pair["source"].startswith("platform-api section")
    assert pair["grade"]


def test_every_call_of_the_bulk_api_has_a_pair() -> None:
    requests = [json.loads(path.read_text(encoding="utf-8"))["request"] for path in PAIRS]
    assert {(request["method"], re.sub(r"\d+", "{id}", request["path"])) for request in requests} == {
        ("GET", "bulk/users/template"),
        ("POST", "bulk/users/upload"),
        ("PUT", "bulk/users/upload"),
        ("POST", "bulk/users/proceed"),
        ("GET", "bulk/users/jobs"),
        ("GET", "bulk/users/jobs/{id}"),
        ("GET", "bulk/users/errors/scheme/{id}"),
        ("GET", "bulk/users/errors/update/{id}"),
        ("GET", "users"),
    }


def test_a_difference_is_found() -> None:
    wanted = {"id": "<integer>", "list": ["<flag>"], "text": "abc<more>", "no": None}
    right = {"id": 7, "list": ["1"], "text": "abcd", "no": None}
    wrong: list[dict[str, Any]] = [
        {"id": "7"},
        {"list": []},
        {"list": [2]},
        {"text": "ab"},
        {"no": ""},
        {"new": 1},
    ]
    assert list(differences(wanted, right, "body", "")) == []
    assert all(list(differences(wanted, {**right, **change}, "body", "")) for change in wrong)


def send(simulator: Simulator, request: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    credential = {"right": simulator.token, "wrong": "wrong"}
    kind = "wrong" if "wrong" in request["headers"]["Authorization"] else "right"
    basic = b64encode(f"{simulator.subdomain}:{credential[kind]}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}"}
    body = None
    if "file" in request or "fields" in request:
        headers["Content-Type"] = "multipart/form-data; boundary=edge"
        body = multipart(request.get("file"), request.get("fields", {}))
    elif "body" in request:
        headers["Content-Type"] = "application/json"
        body = json.dumps(request["body"]).encode()
    query = "?" + urlencode(request["query"]) if "query" in request else ""
    connection = http.client.HTTPConnection(simulator.url.removeprefix("http://"), timeout=20)
    try:
        connection.request(request["method"], f"/apps/api/v1/{request['path']}{query}", body, headers)
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


def multipart(file: dict[str, Any] | None, fields: dict[str, str]) -> bytes:
    text = "".join(
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    if file is not None:
        head = (
            f'--edge\r\nContent-Disposition: form-data; name="{file["name"]}"; filename="{file["filename"]}"\r\n'
        )
        text += head + f"Content-Type: {file['content_type']}\r\n\r\n{json.dumps(file['content'])}\r\n"
    return (text + "--edge--\r\n").encode()


def differences(wanted: Any, found: Any, where: str, base: str) -> Iterator[str]:
    """Sentences about every place in which an answer is not as wanted."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        if wanted.keys() != found.keys():
            yield f"{where}: keys {sorted(wanted.keys() ^ found.keys())}"
        for key in wanted.keys() & found.keys():
            yield from differences(wanted[key], found[key], f"{where}.{key}", base)
    elif isinstance(wanted, list) and isinstance(found, list):
        if len(wanted) != len(found):
            yield f"{where}: {len(found)} elements, not {len(wanted)}"
        for at, (one, other) in enumerate(zip(wanted, found, strict=False)):
            yield from differences(one, other, f"{where}[{at}]", base)
    elif not fits(wanted, found, base):
        yield f"{where}: {found!r}, not {wanted!r}"


def fits(wanted: Any, found: Any, base: str) -> bool:
    if not isinstance(wanted, str):
        return bool(wanted == found and type(wanted) is type(found))
    if wanted in PATTERNS:
        return PATTERNS[wanted](found)
    wanted = wanted.replace("{base}", base + "/")
    if wanted.endswith("<more>"):
        return isinstance(found, str) and found.startswith(wanted.removesuffix("<more>"))
    return bool(wanted == found)
