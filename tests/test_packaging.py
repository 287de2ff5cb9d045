"""What would break the plain package names of the repository."""

from importlib.metadata import packages_distributions

import pytest

OURS = [
    "core",
    "store",
    "gateway",
    "ingest",
    "detectors",
    "api",
    "weather",
    "firmware_sim",
    "local",
    "bench",
]


@pytest.mark.parametrize("name", OURS)
def test_no_dependency_ships_a_package_with_one_of_our_names(name: str) -> None:
    """Started outside the repository, Python would silently import theirs instead of ours."""
    assert set(packages_distributions().get(name, [])) <= {"homewell"}
