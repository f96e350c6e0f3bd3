"""The simulator's own door, `/_simulator/...`: to look behind the API, and to change what is there.

    GET    /_simulator/state      everything: users, jobs, names, history, invitations, switches
    GET    /_simulator/log        the requests so far
    PUT    /_simulator/switches   {name: value, ...}
    PUT    /_simulator/faults     [fault, ...]: replaces all faults (see `faults`)
    POST   /_simulator/faults     fault: adds one
    DELETE /_simulator/faults     takes all away
    POST   /_simulator/users      a portal edit: {"email", fields...}; an unknown email makes a user;
                                  {"email", "remove": true} takes a user away
    POST   /_simulator/jobs       a job of somebody else (see `store`)
    PUT    /_simulator/tenant     {"roles", "teams", "locations", "token"}: any of them
    POST   /_simulator/run        steps and faults count anew

No credential, no rate limit, not in the log; the server listens on loopback only.
"""

import json
from collections.abc import Mapping
from typing import Any

from reconciler.simulator.job import inside, shown
from reconciler.simulator.tenant import Tenant
from reconciler.simulator.wire import Reply, json_reply

DOOR = "/_simulator/"


def open_door(tenant: Tenant, method: str, path: str, body: bytes) -> Reply:
    """Answer a request to the door: 200, 400 for a wrong value, 404 for an unknown call."""
    try:
        content = json.loads(body) if body.strip() else None
        answer = _answer(tenant, method, path.removeprefix(DOOR), content)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return json_reply(400, {"message": str(error)})
    return json_reply(404, {"message": "no such door"}) if answer is None else json_reply(200, answer)


def state(tenant: Tenant) -> dict[str, Any]:
    """Everything behind the API at the clock's present time, as JSON data."""
    now = tenant.advance()
    directory = tenant.directory
    return {
        "time": now,
        "users": users(tenant),
        "jobs": jobs(tenant),
        "roles": list(directory.roles),
        "teams": list(directory.teams),
        "locations": list(directory.locations),
        "max_chat_limit": directory.chat_limit,
        "template_keys": list(directory.template_keys),
        "invitations": dict(directory.invitations),
        "history": [event.plain() for event in directory.history],
        "switches": tenant.settings.all(),
        "requests": len(tenant.log.entries),
        "max_in_any_second": tenant.limiter.most,
    }


def users(tenant: Tenant) -> list[dict[str, Any]]:
    """All users by id, in the seed form, as they truly are now (no stale reads)."""
    tenant.advance()
    directory = tenant.directory
    return [directory.users[number].plain() for number in sorted(directory.users)]


def jobs(tenant: Tenant) -> list[dict[str, Any]]:
    """All jobs by id: the API's object and what it does not show, under `inside`."""
    now = tenant.advance()
    keys = tenant.directory.template_keys
    found = [tenant.jobs.jobs[number] for number in sorted(tenant.jobs.jobs)]
    return [{**shown(job, tenant.settings, now, keys), "inside": inside(job)} for job in found]


def set_tenant(tenant: Tenant, values: Mapping[str, Any]) -> None:
    """Change names the tenant knows, or the token (raises KeyError for anything else)."""
    for name, value in values.items():
        match name:
            case "roles":
                tenant.directory.roles = list(value)
            case "teams":
                tenant.directory.teams = list(value)
            case "locations":
                tenant.directory.locations = list(value)
            case "token":
                tenant.token = str(value)
            case _:
                raise KeyError(name)


def _answer(tenant: Tenant, method: str, call: str, content: Any) -> Any:
    match (method, call):
        case ("GET", "state"):
            return state(tenant)
        case ("GET", "log"):
            return tenant.log.plain()
        case ("PUT", "switches"):
            tenant.set_switches(content)
            return tenant.settings.all()
        case (_, "faults"):
            return _faults(tenant, method, content)
        case ("POST", "users"):
            return _user(tenant, content)
        case ("POST", "jobs"):
            return {"id": tenant.jobs.add(content, tenant.settings, tenant.advance()).id}
        case ("PUT", "tenant"):
            set_tenant(tenant, content)
            return {}
        case ("POST", "run"):
            tenant.new_run()
            return {}
    return None


def _faults(tenant: Tenant, method: str, content: Any) -> Any:
    match method:
        case "PUT":
            tenant.faults.set(content)
        case "POST":
            tenant.faults.add(content)
        case "DELETE":
            tenant.faults.set(())
        case _:
            return None
    return {"faults": len(tenant.faults.counted)}


def _user(tenant: Tenant, content: dict[str, Any]) -> Any:
    fields = dict(content)
    email = fields.pop("email")
    if fields.pop("remove", False):
        tenant.remove_user(email)
    elif tenant.directory.find(email) is None:
        tenant.add_user(content)
    else:
        tenant.edit_user(email, fields)
    return {}
