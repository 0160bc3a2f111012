"""The personal data of the small city, looked for in all that a whole night has written: lake, warehouse, release, logs, Dagster's storage.

``tests/integration/test_canary.py`` follows markers of every class through a load; this follows people to the end of the job.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data_quality.contract import contract_for
from pipelines.landing.batches import open_files
from pipelines.privacy.inventory import PLACES
from tests.canary import Marker, contents, sightings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.system.conftest import Night

N_PEOPLE = 8
FORBIDDEN = [
    Marker("hr/employees", column, "forbidden", text.format(number))
    for column, text in {
        "email": "pegawai{}@contoh.invalid",
        "alamat": "Jalan Contoh Nomor {} Medan",
        "nomor_hp": "0800-000-{:05d}",
    }.items()
    for number in range(1, 600, 600 // N_PEOPLE)
] + [Marker("feedback/survey_responses", "nama", "forbidden", "Responden Contoh")]
"""What the simulation writes into forbidden columns of every row."""
OFFICES_OWN = ("landing/", "truth.json", "simulated_truth.json")


def _people(night: Night) -> Iterator[Marker]:
    """Names and NIPs of some people, with those whose rows have faults among them: their text is kept."""
    contract = contract_for("hr/employees")
    paths = sorted(path for path in (night.settings.landing / contract.folder).iterdir() if path.suffix == ".csv")
    file = open_files(paths[0], contract, night.settings.profiles(), 100_000)[0]
    rows = next(iter(file.text_batches(100_000))).frame
    for at in range(0, len(rows), max(1, len(rows) // N_PEOPLE)):
        for column, classification in (("employee_key", "pseudonymised"), ("full_name", "withheld")):
            if len(str(rows.loc[at, column] or "")) > 8:
                yield Marker(contract.extract, column, classification, str(rows.loc[at, column]))


@pytest.fixture(scope="module")
def seen(night: Night) -> set[tuple[Marker, str]]:
    return sightings(night.settings.home, [*FORBIDDEN, *_people(night)], skip=OFFICES_OWN)


def test_nothing_forbidden_is_left_of_a_night(night: Night, seen: set[tuple[Marker, str]]) -> None:
    landed = {marker for marker in FORBIDDEN for _, text in contents(night.settings.landing / "hr" / "pegawai") if marker.folded in text}
    assert {marker.column for marker in landed} == {"email", "alamat", "nomor_hp"}, "the office's files hold them"
    assert sorted((marker.column, place) for marker, place in seen if marker.classification == "forbidden") == []


@pytest.mark.parametrize("classification", ["withheld", "pseudonymised"])
def test_people_stand_by_name_only_where_the_inventory_says(seen: set[tuple[Marker, str]], classification: str) -> None:
    places = {place for marker, place in seen if marker.classification == classification}
    assert [place for place in places if not place.startswith(PLACES[classification])] == []
    assert places, "rows with faults keep their text"
