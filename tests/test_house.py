"""The floors of the house, kept by reading the imports: nobody has to remember them."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "reconciler"
LOWER = {
    "model": set(),
    "core": {"model"},
    "edge": {"model"},
    "views": {"model"},
    "flow": {"model", "core", "edge"},
    "cli": {"model", "core", "edge", "views", "flow"},
    "simulator": set(),
}
OWNERS = {
    "httpx": {"edge/transport.py", "edge/network.py"},
    "httpcore": {"edge/transport.py", "edge/network.py"},
    "tenacity": {"edge/transport.py"},
    "yaml": {"edge/yaml_reader.py", "edge/yaml_events.py"},
    "deepdiff": {"core/diff.py"},
    "click": {"cli/*"},
    "jinja2": {"views/render_html.py"},
}
PURE = {"model", "core", "views"}
OUTSIDE = {
    "os",
    "socket",
    "subprocess",
    "pathlib",
    "time",
    "sys",
    "logging",
    "tempfile",
    "random",
    "secrets",
    "shutil",
}
MODULES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py"))


def imports(module: str) -> Iterator[str]:
    """Yield every imported name of a module, wherever in the file it stands."""
    for node in ast.walk(ast.parse((ROOT / module).read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: write imports in full"
            yield str(node.module)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_from_lower_floors_or_its_own_room(module: str) -> None:
    room = module.split("/")[0]
    for name in imports(module):
        parts = name.split(".")
        if parts[0] == "reconciler" and len(parts) > 1 and room in LOWER:
            assert parts[1] in LOWER[room] | {room}, f"{module} imports {name}"


@pytest.mark.parametrize("module", MODULES)
def test_each_library_has_one_owner(module: str) -> None:
    for name in imports(module):
        owners = OWNERS.get(name.split(".")[0])
        assert owners is None or module in owners or f"{module.split('/')[0]}/*" in owners, f"{module}: {name}"


@pytest.mark.parametrize("module", MODULES)
def test_pure_rooms_never_touch_the_outside(module: str) -> None:
    if module.split("/")[0] in PURE:
        touched = {name.split(".")[0] for name in imports(module)} & OUTSIDE
        assert not touched, f"{module} imports {touched}"
        source = (ROOT / module).read_text()
        assert "print(" not in source
        assert ".now(" not in source
        assert ".today(" not in source


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("simulator/")])
def test_the_simulator_stands_apart_on_the_standard_library(module: str) -> None:
    for name in imports(module):
        top = name.split(".")[0]
        assert top in sys.stdlib_module_names or name.startswith("reconciler.simulator"), f"{module}: {name}"


@pytest.mark.parametrize("module", MODULES)
def test_no_safety_check_lives_in_an_assert(module: str) -> None:
    """An `assert` is gone under `python -O` (faults.md P-20)."""
    tree = ast.parse((ROOT / module).read_text())
    assert not [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert)]


@pytest.mark.parametrize("module", MODULES)
def test_every_public_thing_has_a_docstring(module: str) -> None:
    tree = ast.parse((ROOT / module).read_text())
    assert ast.get_docstring(tree), f"{module} does not say what it is about"
    assert not [f"{module}:{node.lineno} {node.name}" for node in public(tree) if not ast.get_docstring(node)]


def public(tree: ast.Module | ast.ClassDef) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Yield the public functions, classes and methods of a module or class, not what stands inside functions."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node)
