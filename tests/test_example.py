"""The example tree `users/` and the YAML of the README are read by the program, so they cannot go stale."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.flow.trees import load_tree
from reconciler.model.fields import MANAGED_FIELDS

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BLOCK = re.compile(r"^```yaml\n# (?P<file>users/\S+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("now", [NOW, NOW.replace(year=2036)])
def test_the_example_loads_without_a_word_today_and_in_ten_years(now: datetime) -> None:
    assert load_tree(ROOT / "users", now).warnings == ()


def test_the_example_states_every_managed_field_somewhere() -> None:
    assert load_tree(ROOT / "users", NOW).managed == {field.name for field in MANAGED_FIELDS}


def test_the_example_is_a_small_company() -> None:
    assert 35 <= len(load_tree(ROOT / "users", NOW).desired) <= 45


def test_the_yaml_of_the_readme_loads_as_one_tree(tmp_path: Path) -> None:
    blocks = list(BLOCK.finditer((ROOT / "README.md").read_text()))
    for block in blocks:
        path = tmp_path / block["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block["text"])
    loaded = load_tree(tmp_path / "users", NOW)
    assert loaded.warnings == ()
    assert len(loaded.desired) == 7


def test_every_yaml_block_of_the_readme_names_its_file() -> None:
    text = (ROOT / "README.md").read_text()
    assert len(BLOCK.findall(text)) == text.count("```yaml")
