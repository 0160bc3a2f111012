"""What counts as wrong, and what a message says of it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest

from data_quality.contract import contract_for
from data_quality.results import LoadRecord, delivery_check
from pipelines.alerts.causes import Cause, Kind, blocked, failed_run, jumps, stale
from pipelines.alerts.lineage import marts_of
from pipelines.alerts.told import tell, text_of

if TYPE_CHECKING:
    from data_quality.contract import Contract

EMPLOYEES, COMPLAINTS = contract_for("hr/employees"), contract_for("feedback/complaints")
NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
DAY = date(2026, 11, 20)


def marts(extract: str) -> list[str]:
    return {"hr/employees": ["competency_gap", "talent_box"]}.get(extract, [])


def record(contract: Contract, day: date, status: str = "accepted", **changes: Any) -> LoadRecord:
    is_in = status == "accepted"
    made = LoadRecord(
        contract.source, contract.name, day, 1, 1, 0, 0, 0, 0, "", False, False, "f", "s", datetime(2026, 11, 21, 1), "accepted", "",
        "f" if is_in else None, int(is_in), is_in, "{}", "[]",
    )  # fmt: skip
    return replace(made, status=status, **changes)


def kept_out(contract: Contract, day: date, **changes: Any) -> LoadRecord:
    rule = next(rule for rule in contract.delivery_rules if rule.check_id == "max_rejected_share")
    check = delivery_check(contract, day, rule, 100, 20, holds=False)
    return record(contract, day, "blocked", status_reason="Budi's row 199001012015011900", checks=(check,), **changes)


def causes_of(contract: Contract, *records: LoadRecord, now: datetime = NOW) -> list[Cause]:
    return blocked((contract,), {contract.extract: {one.delivery_on: one for one in records}}, now, marts)


def test_a_blocked_delivery_says_what_stays_what_it_touches_and_who_mends_it() -> None:
    (cause,) = causes_of(EMPLOYEES, record(EMPLOYEES, DAY - timedelta(days=1)), kept_out(EMPLOYEES, DAY))
    assert cause.key == "delivery_blocked:hr/employees 2026-11-20"
    text = text_of(cause, cause.since.isoformat())
    assert "kept out: max_rejected_share" in text
    assert "Since: 2026-11-21 08:00 WIB" in text
    assert "newest accepted delivery is that of 2026-11-19" in text
    assert "competency_gap, talent_box" in text
    assert "Mend the rows that are named below each rule and deliver the file again." in text
    assert "asn delivery hr/employees 2026-11-20" in text
    assert EMPLOYEES.owner in text


def test_a_message_never_quotes_what_a_reader_said_of_a_row() -> None:
    (cause,) = causes_of(EMPLOYEES, kept_out(EMPLOYEES, DAY))
    assert not re.search(r"Budi|\d{18}", text_of(cause, cause.since.isoformat()))


def test_a_blocked_correction_leaves_what_was_accepted() -> None:
    (cause,) = causes_of(EMPLOYEES, kept_out(EMPLOYEES, DAY, in_force_fingerprint="before"))
    assert "the content of 2026-11-20 that was accepted before stays in force" in cause.affected


def test_a_snapshot_that_a_later_one_has_replaced_troubles_nobody() -> None:
    later = record(EMPLOYEES, DAY + timedelta(days=1))
    assert causes_of(EMPLOYEES, kept_out(EMPLOYEES, DAY), later) == []
    assert len(causes_of(EMPLOYEES, kept_out(EMPLOYEES, DAY), record(EMPLOYEES, DAY - timedelta(days=1)))) == 1
    assert COMPLAINTS.kind != "snapshot"
    assert len(causes_of(COMPLAINTS, kept_out(COMPLAINTS, DAY), record(COMPLAINTS, DAY + timedelta(days=1)))) == 1, "events are missing"


def test_a_blocked_delivery_is_an_alert_for_31_days() -> None:
    day = NOW + timedelta(hours=7)
    assert len(causes_of(COMPLAINTS, kept_out(COMPLAINTS, day.date() - timedelta(days=31)))) == 1
    assert causes_of(COMPLAINTS, kept_out(COMPLAINTS, day.date() - timedelta(days=32))) == []


def test_a_stale_extract_says_of_which_day_the_figures_are() -> None:
    records = {"hr/employees": {DAY: record(EMPLOYEES, DAY)}}
    begin = datetime(2026, 11, 19, 17, tzinfo=UTC)
    assert stale((EMPLOYEES,), records, begin + timedelta(hours=72), marts) == []
    (cause,) = stale((EMPLOYEES,), records, begin + timedelta(hours=73), marts)
    assert cause.key == "extract_stale:hr/employees"
    assert cause.since == begin + timedelta(hours=72)
    assert "comes nightly, but its newest accepted delivery is of 2026-11-20, older than 72 hours" in cause.what
    assert "landing/hr/pegawai" in cause.mend


def test_a_jump_is_told_once_for_the_release_that_has_it() -> None:
    jump = {"metric": "share_rejected", "period": "2026-10-01", "before": 0.01, "now": 0.2, "bound": 0.05}
    (cause,) = jumps({"release": "20261124T180000Z", "jumps": [jump]})
    assert (cause.key, cause.since, cause.once) == ("headline_jump:share_rejected 2026-10-01", NOW, True)
    assert "from 0.01 to 0.2" in cause.what
    assert jumps({"release": "20261124T180000Z"}) == []
    assert jumps(None) == []


def test_a_failed_release_is_another_cause_than_a_failed_step() -> None:
    run = failed_run("nightly_refresh", ("hr_employees", "warehouse"), "ValueError", NOW, "20261123T180000Z")
    assert (run.kind, run.key) == ("run_failed", "run_failed:nightly_refresh")
    assert "failed at hr_employees, warehouse: ValueError" in run.what
    assert "keep the release 20261123T180000Z" in run.affected
    assert failed_run("nightly_refresh", ("release",), "OSError", NOW, None).kind == "publication_failed"
    assert "before its first step" in failed_run("nightly_refresh", (), "x", NOW, None).what
    assert "no release yet" in failed_run("nightly_refresh", (), "x", NOW, None).affected


def test_the_marts_of_an_extract_are_those_downstream_of_its_source(tmp_path: Path) -> None:
    def model(folder: str, name: str) -> dict[str, Any]:
        return {"resource_type": "model", "fqn": ["asn", folder, name], "name": name}

    content = {
        "nodes": {
            "model.asn.stg": model("staging", "stg"),
            "model.asn.gap": model("marts", "gap"),
            "model.asn.other": model("marts", "other"),
        },
        "child_map": {"source.asn.hr.employees": ["model.asn.stg"], "model.asn.stg": ["model.asn.gap", "model.asn.stg"]},
    }
    path = tmp_path / "manifest.json"
    assert marts_of(path, "hr/employees") == ()
    path.write_text(json.dumps(content))
    assert marts_of(path, "hr/employees") == ("gap",)
    assert marts_of(path, "hr/units") == ()


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_alert_has_its_section_in_the_manual(kind: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "alerts.md").read_text(encoding="utf-8")
    section = re.search(rf"^## {kind.replace('_', ' ').capitalize()}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    assert section, kind
    assert "mend" in section[1].lower()


class Channel:
    """Keeps what is sent; ``is_open`` False: nothing gets through."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.is_open = True

    def __call__(self, title: str, body: str) -> bool:
        if self.is_open:
            self.sent.append((title, body))
        return self.is_open


STALE = Cause("extract_stale", "hr/employees", NOW - timedelta(days=3), "w", "a", "m")


def told(path: Path, channel: Channel, *causes: Cause, hours: float = 0, judged: bool = True) -> list[str]:
    return tell(path / "alerts.json", causes, lambda _: judged, NOW + timedelta(hours=hours), channel)


def test_a_cause_is_told_once_a_night_and_when_it_is_over(tmp_path: Path) -> None:
    channel = Channel()
    assert told(tmp_path, channel, STALE) == ["extract stale: hr/employees"]
    assert told(tmp_path, channel, STALE, hours=9) == [], "the same night"
    assert told(tmp_path, channel, STALE, hours=24) == ["extract stale: hr/employees"], "the next"
    assert told(tmp_path, channel, hours=25) == ["resolved: extract stale: hr/employees"]
    assert "it began 2026-11-22 01:00 WIB" in channel.sent[-1][1]
    assert told(tmp_path, channel, hours=26) == []


def test_the_begin_of_a_cause_that_lasts_stays_that_of_the_first_night(tmp_path: Path) -> None:
    channel = Channel()
    told(tmp_path, channel, replace(STALE, kind="run_failed"))
    told(tmp_path, channel, replace(STALE, kind="run_failed", since=NOW), hours=24)
    assert "Since: 2026-11-22 01:00 WIB" in channel.sent[1][1]


def test_a_cause_that_is_told_once_is_not_told_the_next_night(tmp_path: Path) -> None:
    channel = Channel()
    jump = replace(STALE, once=True)
    assert len(told(tmp_path, channel, jump)) == 1
    assert told(tmp_path, channel, jump, hours=24) == []


def test_what_was_not_looked_at_is_not_over(tmp_path: Path) -> None:
    channel = Channel()
    told(tmp_path, channel, STALE)
    assert told(tmp_path, channel, judged=False) == []
    assert told(tmp_path, channel, judged=True) == ["resolved: extract stale: hr/employees"]


def test_what_no_channel_took_is_sent_the_next_time(tmp_path: Path) -> None:
    channel = Channel()
    channel.is_open = False
    assert told(tmp_path, channel, STALE) == []
    channel.is_open = True
    assert told(tmp_path, channel, STALE) == ["extract stale: hr/employees"]
    channel.is_open = False
    assert told(tmp_path, channel) == []
    channel.is_open = True
    assert told(tmp_path, channel) == ["resolved: extract stale: hr/employees"]


def test_a_state_that_cannot_be_read_counts_as_empty(tmp_path: Path) -> None:
    channel = Channel()
    for content in ("", "no json", "[]"):
        (tmp_path / "alerts.json").write_text(content)
        assert told(tmp_path, channel, STALE) == ["extract stale: hr/employees"], content
