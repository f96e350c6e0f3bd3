"""`GET users`: who is chosen, which page, and the forms a user may take (platform-api section 11)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.simulator.directory import Directory, User, canonical
from reconciler.simulator.paging import number, page_of, paging_headers
from reconciler.simulator.record import FIELDS, Field
from reconciler.simulator.switches import Settings
from reconciler.simulator.wire import Query, Refusal, Reply, Request, digits, json_reply

DEFAULT_PAGE = 100
LARGEST_PAGE = 1000

TOO_LARGE = "Exceeded maximum page size request (1,000 is the maximum)"
NOT_NUMERIC = "Invalid page size request; must be numeric"
IDS_AND_PAGE = "User ids and pagination together are not supported"
ONE_ID_TYPE = "Only one type of user id is supported in a request"

# Parameter of each id type in the three spellings of switch `id_params`.
ID_TYPES = ("email", "id", "agent_number")


def users_reply(request: Request, directory: Directory, settings: Settings, since: float, url: str) -> Reply:
    """Answer `GET users`.

    Args:
        request: For its query.
        directory: All users.
        settings: The switches.
        since: Changes after this time are not shown yet.
        url: The full address of the call without query, for the next link.
    """
    view = _View(directory, settings, set(directory.roles), set(directory.teams))
    users = directory.seen(since)
    chosen = _ids(request.query, settings)
    if chosen:
        return json_reply(200, _wrapped(view.all(_select(users, chosen)), settings))
    size = _size(request.query, settings)
    page = 1 if settings["page_ignored"] == "yes" else number(request.query, "page", 1)
    reply = json_reply(200, _wrapped(view.all(page_of(users, page, size)), settings))
    if settings["totals"] == "no_headers":
        return reply
    headers = paging_headers(len(users), page, size, url, settings)
    if settings["totals"] == "no_total":
        headers.pop("Total")
    return reply.with_headers(**headers)


def _wrapped(users: list[dict[str, Any]], settings: Settings) -> Any:
    key = settings["envelope"]
    return users if key == "none" else {key: users}


def _ids(query: Query, settings: Settings) -> tuple[str, list[str]] | None:
    form = settings["id_params"]
    asked = {kind: values for kind in ID_TYPES if (values := _asked(query, kind, form))}
    if not asked:
        return None
    if "page" in query:
        raise Refusal(400, IDS_AND_PAGE)
    if len(asked) > 1:
        raise Refusal(400, ONE_ID_TYPE)
    kind, values = next(iter(asked.items()))
    if len(values) > LARGEST_PAGE:
        raise Refusal(400, TOO_LARGE)
    return kind, values


def _asked(query: Query, kind: str, form: str) -> list[str]:
    match form:
        case "brackets":
            return list(query.get(f"{kind}[]", ()))
        case "plural":
            return list(query.get(f"{kind}s[]", ()))
        case "comma":
            return [part for value in query.get(kind, ()) for part in value.split(",") if part]
        case _:
            return []


def _select(users: Iterable[User], chosen: tuple[str, list[str]]) -> list[User]:
    kind, values = chosen
    wanted = {canonical(value) for value in values}
    return [user for user in users if canonical(str(_id_of(user, kind))) in wanted]


def _id_of(user: User, kind: str) -> Any:
    return user.id if kind == "id" else user.values[kind]


def _size(query: Query, settings: Settings) -> int:
    known = {"both": ("per", "per_page"), "per": ("per",), "per_page": ("per_page",)}[settings["page_size"]]
    size = DEFAULT_PAGE
    for name in known:
        if name in query:
            asked = digits(query[name][0])
            if asked is None:
                raise Refusal(400, NOT_NUMERIC)
            size = max(1, asked)
    if size > LARGEST_PAGE:
        raise Refusal(400, TOO_LARGE)
    cap = int(settings.number("page_cap"))
    return min(size, cap) if cap else size


@dataclass(frozen=True, slots=True)
class _View:
    """Draws users in the forms that the switches ask for."""

    directory: Directory
    settings: Settings
    role_names: set[str]
    team_names: set[str]

    def all(self, users: Sequence[User]) -> list[dict[str, Any]]:
        return [self._user(user) for user in users]

    def _user(self, user: User) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        for field in FIELDS:
            if field.read_key is None:
                continue
            match field.kind:
                case "id":
                    shown[field.read_key] = user.id
                case "deactivated_at":
                    self._put_deactivated(shown, user)
                case "roles":
                    self._put_members(shown, "roles", "Role", user.roles)
                case "teams":
                    self._put_members(shown, "teams", "Team", user.teams)
                case _:
                    self._put_value(shown, field, user.values[field.name])
        return shown

    def _put_deactivated(self, shown: dict[str, Any], user: User) -> None:
        if not user.active:
            shown["deactivated_at"] = user.deactivated_at
        elif self.settings["deactivated_at"] != "missing":
            shown["deactivated_at"] = None if self.settings["deactivated_at"] == "null" else ""

    def _put_value(self, shown: dict[str, Any], field: Field, value: Any) -> None:
        key = str(field.read_key)
        if field.kind == "flag":
            shown[key] = _flag(field.name, self.settings["read_flags"], value=bool(value))
        elif value is not None:
            shown[key] = value
        elif self.settings["empty_read"] != "missing":
            shown[key] = None if self.settings["empty_read"] == "null" else ""

    def _put_members(self, shown: dict[str, Any], key: str, title: str, held: tuple[str, ...]) -> None:
        names = self.directory.roles if key == "roles" else self.directory.teams
        known = self.role_names if key == "roles" else self.team_names
        # A list, not a mapping: two teams may have one name, and then both are shown.
        values = [(name, self._member(held=name in held)) for name in names]
        values += [(name, self._member(held=True)) for name in held if name not in known]
        match self.settings[f"{key}_shape"]:
            case "pairs":
                shown[key] = [{"name": name, "value": value} for name, value in values]
            case "mapping":
                shown[key] = dict(values)
            case "flat":
                shown.update({f"{title}: {name}": value for name, value in values})
            case "names":
                shown[key] = list(held)
            case "objects":
                shown[key] = [{"id": at, "name": name} for at, name in enumerate(held, 1)]
            case _:
                shown[key] = _manager_style(key, held, names)

    def _member(self, *, held: bool) -> Any:
        match self.settings["member_values"]:
            case "ints":
                return int(held)
            case "strings":
                return str(int(held))
            case "booleans":
                return held
            case _:
                return 1 if held else ""


def _flag(name: str, form: str, *, value: bool) -> Any:
    """The documented forms differ by field: 0/1, True/False and Yes/No (section 11)."""
    if form == "documented":
        form = {"unrestricted_international_calling": "booleans", "external_user": "words"}.get(name, "ints")
    forms = {"ints": int(value), "strings": str(int(value)), "booleans": value, "words": "Yes" if value else "No"}
    return forms[form]


def _manager_style(key: str, held: tuple[str, ...], names: Sequence[str]) -> list[Any]:
    """As the Manager API writes them: lower-case role tokens, teams with their place in the tree."""
    if key == "roles":
        return [name.lower() for name in held]
    ids = {name: at for at, name in enumerate(names, 1)}
    return [
        {"id": ids.get(name, 0), "name": name, "parent_id": None, "position": 1, "deleted": False,
         "agents_count": 0}
        for name in held
    ]  # fmt: skip
