"""A plain client for the tests: the standard library, one connection per request, a clock that can be moved."""

import http.client
import json
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

from reconciler.simulator import Simulator

API = "/apps/api/v1/"


@dataclass
class Clock:
    """Seconds since the epoch; `sleep` moves it."""

    now: float = 1_700_000_000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Lost(Exception):
    """The connection ended without a full answer."""


@dataclass
class Client:
    """Calls a simulator with the right credential; one second passes before each call, unless `pause` is 0."""

    simulator: Simulator
    clock: Clock
    pause: float = 1.0

    def call(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        self.clock.now += self.pause
        given = {"Authorization": basic(self.simulator.subdomain, self.simulator.token), **(headers or {})}
        return exchange(self.simulator.url, method, path if path.startswith("/") else API + path, body, given)

    def get(self, path: str) -> Answer:
        return self.call("GET", path)

    def users(self, query: str = "") -> Any:
        return self.get("users" + query).json

    def user(self, email: str) -> dict[str, Any]:
        """The true user, by the door."""
        found = self.simulator.user(email)
        assert found is not None, email
        return found

    def upload(self, content: Any, method: str = "POST", **parts: Any) -> Answer:
        body, headers = form(content if isinstance(content, bytes) else json.dumps(content).encode(), **parts)
        return self.call(method, "bulk/users/upload", body, headers)

    def proceed(self, number: int) -> Answer:
        return self.call("POST", "bulk/users/proceed", json.dumps({"id": number}).encode())

    def job(self, number: int) -> Any:
        return self.get(f"bulk/users/jobs/{number}").json

    def run(self, *rows: dict[str, Any]) -> Any:
        """Upload, proceed, wait; gives the job as it is in the end."""
        number = self.upload(list(rows)).json["id"]
        self.proceed(number)
        self.clock.now += 60
        return self.job(number)


def exchange(url: str, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=20)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return Answer(response.status, dict(response.getheaders()), response.read())
    except (http.client.HTTPException, OSError) as error:
        raise Lost(str(error)) from error
    finally:
        connection.close()


def basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def form(
    data: bytes,
    filename: str = "users.json",
    content_type: str = "application/json",
    job: int | None = None,
    name: str = "file",
) -> tuple[bytes, dict[str, str]]:
    """A multipart body with a file and, if asked, an id."""
    head = f'--edge\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
    body = head.encode() + f"Content-Type: {content_type}\r\n\r\n".encode() + data + b"\r\n"
    if job is not None:
        body += f'--edge\r\nContent-Disposition: form-data; name="id"\r\n\r\n{job}\r\n'.encode()
    return body + b"--edge--\r\n", {"Content-Type": "multipart/form-data; boundary=edge"}


def row(email: str = "ada@example.com", **fields: Any) -> dict[str, Any]:
    """A bulk row with what every row needs."""
    return {"email": email, "first_name": "Ada", "last_name": "Lopes", **fields}


def chosen(**values: Any) -> list[dict[str, Any]]:
    """A list of `{name, value}`; `_` in a name stands for a space."""
    return [{"name": name.replace("_", " "), "value": value} for name, value in values.items()]


def seed(*users: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A tenant with Ada (Admin, Support), Ben (Agent, Sales) and Cy, who is inactive."""
    people = [
        {"email": "ada@example.com", "first_name": "Ada", "last_name": "Lopes", "agent_number": "A-1",
         "roles": ["Admin"], "teams": ["Support"], "location": "Lisbon", "alias": "ada"},
        {"email": "ben@example.com", "first_name": "Ben", "last_name": "Okafor", "agent_number": "A-2",
         "roles": ["Agent"], "teams": ["Sales"], "extension_number": "4002", "max_chat_limit": 2},
        {"email": "cy@example.com", "first_name": "Cy", "last_name": "Ray", "roles": ["Agent"],
         "status": "Inactive"},
    ]  # fmt: skip
    return {
        "roles": ["Admin", "Manager", "Agent"],
        "teams": ["Support", "Sales"],
        "locations": ["Lisbon", "Berlin"],
        "max_chat_limit": 5,
        "users": [*people, *users],
        **more,
    }
