"""The one table of fields answers for itself."""

from reconciler.model.fields import FIELDS, MANAGED_FIELDS, READ_FIELDS, TREE_FIELDS, USER_FIELDS, Care


def test_names_and_keys_of_the_tree_stand_once() -> None:
    assert len(FIELDS) == len(USER_FIELDS)
    assert len({field.tree_key for field in USER_FIELDS}) == len(USER_FIELDS)


def test_titles_are_for_people_and_stand_once() -> None:
    assert len({field.title for field in USER_FIELDS}) == len(USER_FIELDS)
    assert not [field.title for field in USER_FIELDS if "_" in field.title]


def test_every_row_needs_address_and_both_names() -> None:
    """platform-api section 9: the three are required, in a deactivation too."""
    assert [field.name for field in USER_FIELDS if field.required] == ["email", "first_name", "last_name"]


def test_only_a_location_can_be_cleared() -> None:
    assert [field.name for field in USER_FIELDS if field.clearable] == ["location"]


def test_a_deactivation_loses_the_teams() -> None:
    assert [field.name for field in USER_FIELDS if field.lost_on_deactivation] == ["teams"]


def test_what_is_unique_is_personal() -> None:
    assert [field.name for field in USER_FIELDS if field.unique] == ["agent_number", "extension_number"]
    assert all(field.personal for field in USER_FIELDS if field.unique)


def test_the_status_is_read_from_the_time_of_deactivation() -> None:
    assert FIELDS["status"].live_keys == ("deactivated_at",)


def test_a_rename_is_written_as_the_previous_addresses_and_never_read() -> None:
    assert TREE_FIELDS["previous_emails"].name == "new_email"
    assert "new_email" not in {field.name for field in READ_FIELDS}


def test_what_has_no_bulk_key_is_seen_and_not_written() -> None:
    seen = [field.name for field in USER_FIELDS if field.care is Care.SEEN]
    assert seen == ["filter_timeout"]
    assert not {"filter_timeout"} & (TREE_FIELDS.keys() | {field.name for field in MANAGED_FIELDS})
