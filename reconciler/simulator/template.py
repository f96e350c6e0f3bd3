"""`GET bulk/users/template`: a model row, rebuilt from the tenant on each call (platform-api section 2)."""

from typing import Any

from reconciler.simulator.directory import Directory
from reconciler.simulator.record import BY_BULK_KEY
from reconciler.simulator.switches import Settings

EXAMPLE: dict[str, Any] = {
    "email": "user1@yourcompany.co",
    "new_email": "user1@yourcompany.cx",
    "agent_number": "A-001",
    "first_name": "John",
    "last_name": "aa",
    "status": "Active",
    "max_chat_limit": 2,
}


def template(directory: Directory, settings: Settings) -> list[dict[str, Any]]:
    """The answer: a list with one model user that has every key of the tenant."""
    model: dict[str, Any] = {}
    for key in directory.template_keys:
        if key in ("roles", "teams"):
            _put_names(model, key, directory.roles if key == "roles" else directory.teams, settings)
        elif key == "location":
            model[key] = directory.locations[0] if directory.locations else ""
        elif BY_BULK_KEY[key].kind == "flag":
            model[key] = flag(value=False, form=settings["flags"])
        else:
            model[key] = EXAMPLE.get(key, "")
    return [model]


def flag(*, value: bool, form: str) -> Any:
    """A flag in the form of switch `flags` (unknown 40)."""
    return {"strings": str(int(value)), "ints": int(value), "booleans": value}[form]


def _put_names(model: dict[str, Any], key: str, names: list[str], settings: Settings) -> None:
    match settings[f"template_{key}"]:
        case "null":
            model[key] = None
        case "present":
            form = settings["flags"]
            model[key] = [{"name": name, "value": flag(value=at == 0, form=form)} for at, name in enumerate(names)]
