"""Which tests must notice a mistake in which module: its own first, then whole runs against the simulator."""

from typing import Final

RUNS: Final = ("tests/e2e/test_main_job.py",)
"""Short runs of the command line from end to end."""

MODULES: Final = {
    "core/guard": (
        "tests/core/test_guard.py",
        "tests/core/test_guard_words.py",
        "tests/core/test_impact.py",
        *RUNS,
    ),
    "core/diff": ("tests/core/test_diff.py", "tests/core/test_renames.py", "tests/core/test_on_day.py"),
    "core/targets": ("tests/core/test_diff.py", "tests/core/test_renames.py"),
    "core/recognition": ("tests/core/test_renames.py", "tests/core/test_rename_rows.py"),
    "core/chains": ("tests/core/test_renames.py", "tests/core/test_rename_rows.py"),
    "core/verify": ("tests/core/test_verify.py", "tests/core/test_rename_rows.py"),
    "core/promises": ("tests/core/test_verify.py", "tests/core/test_rename_rows.py"),
    "core/pack": ("tests/core/test_pack.py", "tests/core/test_rename_rows.py"),
    "core/row_order": ("tests/core/test_rename_rows.py", "tests/core/test_pack.py"),
    "edge/yaml_reader": (
        "tests/edge/test_yaml_reader.py",
        "tests/edge/test_yaml_text.py",
        "tests/edge/test_tree.py",
    ),
    "edge/yaml_events": (
        "tests/edge/test_yaml_reader.py",
        "tests/edge/test_yaml_text.py",
        "tests/edge/test_tree.py",
    ),
    "edge/transport": (
        "tests/edge/test_transport.py",
        "tests/edge/test_transport_limits.py",
        "tests/edge/test_failures.py",
        "tests/edge/test_network.py",
        "tests/edge/test_writes.py",
        *RUNS,
    ),
}
"""The modules that a mistake in would hurt most, with their tests (faults.md 6.7)."""
