"""What the pull request did not do stands apart: the section of put-backs, and the marks beside an edit."""

from collections.abc import Callable
from dataclasses import replace

from reconciler.model.plan import Action, Change, Origin
from reconciler.model.settings import Counted
from reconciler.model.values import Value
from reconciler.views.render_text import render_plan
from reconciler.views.renderers import RENDERERS
from tests.views.samples import EVA, change, names, plan, view

Golden = Callable[[str, str], None]


def put_back(found: Change, *fields: str) -> Change:
    """The change with these values put back; all of them where none is named."""
    parts = (
        replace(part, origin=Origin.PLATFORM) if part.field in (fields or (part.field,)) else part
        for part in found.fields
    )
    return replace(found, fields=tuple(parts), counted=found.counted | {Counted.PUT_BACK})


def edit(name: str, place: str, *fields: tuple[str, Value, Value]) -> Change:
    return change(name, place, Action.UPDATE, *fields)


LEA = put_back(edit("Lea Mora", "billing.yaml:12", ("teams", names("Billing ES", "VIP"), names("Billing ES"))))
TOM = put_back(edit("Tom Kerr", "profiles.yaml:9", ("max_chat_limit", 5, 3)))
ANA = put_back(
    edit("Ana Reyes", "billing.yaml:3", ("alias", None, "Ana"), ("location", "Oslo", "Madrid")), "location"
)
DORA = edit("Dora Nagy", "peak.yaml:4", ("teams", names("VIP"), names("Billing ES", "Retention ES")))
MIXED = replace(DORA, fields=(replace(DORA.fields[0], put_back=names("VIP", "Billing ES")),))


def test_a_plan_with_put_backs(golden: Golden) -> None:
    golden("plan_put_back.txt", render_plan(view(plan([LEA, TOM, ANA, MIXED, put_back(EVA)]))))


def test_put_backs_are_counted_once_and_last() -> None:
    assert view(plan([LEA, TOM, ANA])).headline == "1 edited, 2 put back, 584 unchanged"


def test_a_put_back_that_ends_access_is_told_in_headline_and_heading() -> None:
    shown = view(plan([LEA, put_back(EVA)]))
    assert shown.headline == "2 put back (1 of them loses access), 584 unchanged"
    (section,) = shown.sections
    assert section.title.endswith(
        "(2): changed in the portal; merging puts the files' values back, 1 of them loses access"
    )


def test_what_would_be_taken_away_can_be_kept() -> None:
    assert view(plan([LEA])).changes[0].labels == ("to keep VIP, say so at users/billing.yaml:12",)


def test_beside_an_edit_the_put_back_values_are_named() -> None:
    shown = view(plan([ANA])).changes[0]
    assert shown.section == "update"
    assert shown.labels == ("put back, not from this pull request: Location",)
    assert [cell.origin for cell in shown.fields] == ["tree", "platform"]


def test_beside_new_names_the_put_back_names_are_told() -> None:
    assert view(plan([MIXED])).changes[0].labels == (
        "put back, not from this pull request: Teams with Billing ES, without VIP",
        "to keep VIP, say so at users/peak.yaml:4",
    )


def test_every_form_shows_the_section() -> None:
    for render in RENDERERS.values():
        assert "Not from this pull request (1)" in render(view(plan([LEA])))
