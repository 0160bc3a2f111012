"""The open tables in a PostgreSQL of Debian's, as a BI tool reads them; started by `make test-postgres`."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.system.test_postgres import ASN, server  # noqa: F401 - a fixture

SCHEMA = "competency"


@pytest.fixture(scope="module")
def url(server):  # noqa: F811 - the fixture
    values = {name.removeprefix("DAGSTER_POSTGRES_"): value for name, value in server.items()}
    return "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{DB}".format(**values)


@pytest.fixture(scope="module")
def release(night):
    return (night.settings.releases / "current").resolve()


@pytest.fixture
def ask(url):
    """Runs one statement and gives its rows; each is a transaction of its own."""
    import psycopg2

    connection = psycopg2.connect(url)
    connection.autocommit = True

    def run(statement: str) -> list[tuple[object, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    yield run
    connection.close()


def test_the_command_publishes_every_open_table(night, url, ask):
    environment = {**os.environ, "WAREHOUSE_HOME": str(night.settings.home), "WAREHOUSE_POSTGRES_URL": url}
    done = subprocess.run([ASN, "publish-postgres"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with night.open("open") as mart:
        tables = [name for (name,) in mart.execute("select table_name from duckdb_tables() order by 1").fetchall()]
        assert ask("select table_name from competency.published_tables order by 1") == [(name,) for name in tables]
        for table in tables:
            assert ask(f"select count(*) from competency.{table}") == mart.execute(f"select count(*) from {table}").fetchall()
        for figures in (
            "sum(mean_gap), count(mean_gap), min(quarter), bool_or(is_suppressed)",
            "count(distinct suppression_reason), max(unit_id)",
        ):
            assert (
                ask(f"select {figures} from competency.competency_gap_by_unit")
                == mart.execute(f"select {figures} from competency_gap_by_unit").fetchall()
            )
        assert (
            ask("select count(*) from competency.load_quality where status_reason = ''")
            == mart.execute("select count(*) from load_quality where status_reason = ''").fetchall()
        )
    assert (
        ask("select col_description('competency.dim_unit'::regclass, 2), obj_description('competency.dim_unit'::regclass)")[0][0]
        == "Unit, SIASN id."
    )


def test_rights_views_and_tables_of_others_outlast_the_next_publication(release, url, ask):
    from pipelines.publishing.postgres import publish

    publish(release, url)
    ask("create role bi")
    ask("grant select on competency.dim_unit to bi")
    ask("create view competency.mine as select unit_name from competency.dim_unit")
    ask("create table competency.of_others as select 1 as a")
    counts = publish(release, url)
    assert ask("select has_table_privilege('bi', 'competency.dim_unit', 'select')") == [(True,)]
    assert ask("select count(*) from competency.mine") == [(counts["dim_unit"],)]
    assert ask("select a from competency.of_others") == [(1,)]


def test_a_publication_that_fails_changes_nothing(release, url, ask):
    from pipelines.publishing.postgres import PublicationError, publish

    counts = publish(release, url)
    ask("alter table competency.load_quality add column extra int")
    ask("create view competency.in_the_way as select extra from competency.load_quality")
    ask("delete from competency.check_results")
    with pytest.raises(PublicationError, match="the database is as it was"):
        publish(release, url)
    assert ask("select count(*) from competency.check_results") == [(0,)]
    ask("drop view competency.in_the_way")
    assert publish(release, url) == counts
    assert ask("select count(*) from competency.check_results") == [(counts["check_results"],)]


def test_a_password_is_in_no_message(release, url):
    from pipelines.publishing.postgres import PublicationError, publish

    with pytest.raises(PublicationError) as error:
        publish(release, url.replace("of-this-test", "wrong-word"))
    assert "wrong-word" not in str(error.value)
