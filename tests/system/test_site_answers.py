"""Where the site of the small city answers the questions of a head of personnel by itself, and says on what its answers rest."""

from __future__ import annotations

from tests.system.test_site import CITY, in_form, page, rows_of, some_pages


def test_offices_that_resist_training_are_found_by_the_question(site, marts):
    front = page(site / "index.html")
    assert [link for link in front.select(".questions a") if link["href"] == "units.html#city_refusals"]
    shown = {(row[0], row[2], row[4]) for row in rows_of(page(site / "units.html").select_one("#city_refusals table"))}
    expected = marts.execute(
        "select unit_name, n_invited, decline_rate from training_participation_by_unit inner join dim_unit using (unit_id) "
        "where is_current and depth = 1 and year = (select max(year) from training_participation_by_unit where n_invited > 0) "
        "and n_invited is not null and decline_rate is not null"
    ).fetchall()
    assert expected
    assert {(name, in_form(n, "id", 0), in_form(rate, "id", 1, 100) + "%") for name, n, rate in expected} <= shown


def test_the_plan_says_how_much_of_it_rests_on_proven_effects(site, marts):
    levels, proven = marts.execute(
        "select sum(expected_gap_levels_closed), sum(if(value_source = 'impact', expected_gap_levels_closed, 0)) from training_plan where budget_share = 1"
    ).fetchone()
    lead = page(site / "plan.html").select_one(".lead").get_text()
    assert not levels or f"{in_form(proven / levels, 'id', 1, 100)}% bertumpu pada dampak pelatihan yang terbukti" in lead


def test_offices_that_a_list_cannot_show_are_counted_beside_it(site, marts):
    section = page(site / "units.html").select_one("#city_offices")
    n_offices = marts.execute("select count(*) from dim_unit where is_current and depth = 1").fetchone()[0]
    n_missing = n_offices - len(rows_of(section.select_one("table")))
    assert n_missing > 0, "small offices have no figure that may be shown"
    assert f"{n_missing} perangkat daerah." in section.select_one(".note").get_text()


def test_an_unfunded_need_stands_beside_the_allocation_that_it_is_reckoned_from(site, marts):
    head, *_ = page(site / "plan.html").select("#city_budget thead tr")
    assert [cell.get_text() for cell in head.select("th")][1:3] == ["Pagu", "Pagu neto"]
    rows = marts.execute(
        f"select need_idr, net_allocated_idr, unfunded_need_idr from training_budget_by_unit where unit_id = {CITY}"
    ).fetchall()
    assert all(unfunded == max(need - net, 0) for need, net, unfunded in rows if None not in (need, net, unfunded))


def test_csv_beside_an_indonesian_table_is_that_of_an_indonesian_excel(site):
    for path in some_pages(site):
        folder = "csv/" if (site / "en") in path.parents else "csv-id/"
        for link in page(path).select('.source a[href$=".csv"], main > p a[href$=".csv"]'):
            assert f"/open/{folder}" in link["href"], path
