"""Every path, secret and switch, read from the environment once. A wrong value fails here, with the variable's name."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime  # noqa: TC003 - pydantic reads the annotations
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import AwareDatetime, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from data_quality.errors import ConfigurationError
from pipelines.clock import naive, utc_now
from pipelines.engine import MEMORY
from pipelines.landing.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.clock import Clock
    from pipelines.lake.store import Lake
    from pipelines.landing.profiles import Profile
    from pipelines.loading.crew import Crew
    from pipelines.loading.ingest import Workplace

PROJECT_ROOT = Path(__file__).parent.parent
_SIZE = r"^\d+(\.\d+)?\s?(MB|GB|GiB|MiB)$"


class Settings(BaseSettings):
    """Settings of an installation; each can be set as ``WAREHOUSE_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix="WAREHOUSE_", frozen=True)

    home: Path = Field(default=PROJECT_ROOT / "var", description="Root of everything that a run reads and writes.")
    config: Path = Field(default=PROJECT_ROOT / "config", description="Folder with sources/*.yaml.")
    secret: SecretStr | None = Field(default=None, description="Pseudonym secret; else the file secrets/pseudonym.key is used.")
    batch_rows: int = Field(default=100_000, ge=1_000, description="Rows that are typed and validated at a time.")
    memory: str = Field(default=MEMORY, pattern=_SIZE, description="Memory limit of DuckDB.")
    spill: str = Field(
        default="20GB",
        pattern=_SIZE,
        description="What DuckDB may write beside the warehouse of what its memory does not hold, while dbt builds.",
    )
    threads: int = Field(
        default=2, ge=1, description="Threads of DuckDB and dbt, and processes that load many deliveries or compute on many rows."
    )
    executor: Literal["in_process", "celery", "k8s"] = Field(
        default="in_process",
        description="Who carries out the steps of Dagster's runs: the process of the run, or workers (extras `celery`, `kubernetes`).",
    )
    celery_broker: SecretStr = Field(
        default=SecretStr("redis://127.0.0.1:6379/0"), description="Broker of the Celery workers, which keeps their results too."
    )
    engine: Literal["duckdb", "spark"] = Field(default="duckdb", description="Where dbt builds; Spark needs the extra `spark`.")
    spark_remote: SecretStr = Field(
        default=SecretStr("sc://127.0.0.1:15002"), description="Spark Connect server that dbt builds on, with its token where it has one."
    )
    spark_home: str | None = Field(
        default=None, description="The home as the workers of Spark see it, any address of Hadoop; what they read is copied there."
    )
    file_memory_mb: int = Field(default=1_536, ge=256, description="Memory of the process that parses a workbook or Parquet file.")
    file_seconds: float = Field(default=900, gt=0, description="Time for one pass over a file.")
    file_unpacked_mb: int = Field(default=8_192, ge=1, description="What a compressed file may grow to.")
    min_cell_size: int = Field(default=5, ge=2, description="k: fewer people than this are not shown in the open release.")
    releases_kept: int = Field(default=7, ge=2, description="Old releases that stay for readers and for a rollback.")
    release_grace_hours: float = Field(default=24, ge=0, description="A release stays this long after another took its place.")
    restricted_group: str | None = Field(default=None, description="Group of the system that may read the restricted part of releases.")
    licence: str | None = Field(
        default=None, pattern=r"^https?://\S+$",
        description="Address of the licence under which the open part may be used; `datapackage.json` and `catalogue.jsonld` name it.",
    )  # fmt: skip
    now: AwareDatetime | None = Field(default=None, description="Hold the clock still at this instant, for a rehearsal or a test.")
    quiet_minutes: float = Field(default=10, gt=0, description="A file that nobody has touched for so long counts as complete.")
    alert_urls: SecretStr | None = Field(default=None, description="Where alerts go: URLs of apprise, separated by blanks.")
    heartbeat_url: SecretStr | None = Field(default=None, description="Asked for (GET) after each good night, by which silence is noticed.")
    simulation: bool = Field(default=True, description="Invent a city where there is nothing to load; `false` where offices deliver.")
    postgres_url: SecretStr | None = Field(default=None, description="PostgreSQL database that `make publish-postgres` writes into.")
    log_format: Literal["text", "json"] = Field(default="text", description="Lines for people, or one JSON object a line.")

    @field_validator("heartbeat_url")
    @classmethod
    def _is_web_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not value.get_secret_value().startswith(("http://", "https://")):
            raise ValueError("WAREHOUSE_HEARTBEAT_URL must begin with http:// or https://")
        return value

    @property
    def clock(self) -> Clock:
        """The one clock of this installation."""
        fixed: datetime | None = self.now
        return utc_now if fixed is None else lambda: fixed

    @property
    def lock_file(self) -> Path:
        return self.home / "run.lock"

    @property
    def secret_file(self) -> Path:
        return self.home / "secrets" / "pseudonym.key"

    @property
    def channels(self) -> tuple[str, ...]:
        """URLs of the alert channels; they hold tokens and are never shown."""
        return tuple(self.alert_urls.get_secret_value().split()) if self.alert_urls else ()

    @property
    def landing(self) -> Path:
        return self.home / "landing"

    @property
    def lake(self) -> Lake:
        from pipelines.lake.store import Lake  # what reads a release alone does not wait for Arrow

        return Lake(self.home / "lake", self.memory)

    @property
    def build(self) -> Path:
        return self.home / "build"

    @property
    def warehouse_file(self) -> Path:
        return self.build / "warehouse.duckdb"

    @property
    def releases(self) -> Path:
        return self.home / "releases"

    @property
    def dagster_home(self) -> Path:
        return self.home / "dagster"

    @property
    def dbt_target(self) -> Path:
        return self.build / "dbt"

    @property
    def limits(self) -> Limits:
        return Limits(memory_mb=self.file_memory_mb, seconds=self.file_seconds, unpacked_mb=self.file_unpacked_mb)

    def profiles(self) -> tuple[Profile, ...]:
        from pipelines.landing.profiles import load_profiles

        return load_profiles(self.config / "sources")

    def pseudonym(self) -> Callable[[str], str]:
        """``nip -> employee_key``. Raises SecretError when the secret is not the one that made the lake."""
        from pipelines.privacy.pseudonyms import load_pseudonyms

        given = self.secret.get_secret_value() if self.secret else None
        return load_pseudonyms(self.secret_file, self.lake.root, given).function()

    def workplace(self, progress: Callable[[str], None], crew: Crew | None = None) -> Workplace:
        """What a load needs of this installation, whose lake is made ready for it. Raises as ``pseudonym`` does."""
        from data_quality.contract import load_contracts

        self.lake.prepare(load_contracts())
        return replace(self.workplace_as_it_stands(progress), crew=crew)

    def workplace_as_it_stands(self, progress: Callable[[str], None]) -> Workplace:
        """The same beside a process that has made the lake ready and is at work there."""
        from pipelines.loading.ingest import Workplace

        return Workplace(
            self.landing,
            self.lake,
            self.profiles(),
            self.pseudonym(),
            self.batch_rows,
            self.limits,
            now=naive(self.clock),
            progress=progress,
        )

    def dbt_environment(self) -> dict[str, str]:
        """What the dbt project reads from its environment."""
        return {
            "WAREHOUSE_HOME": str(self.home.resolve()),
            "WAREHOUSE_THREADS": str(self.threads),
            "WAREHOUSE_MEMORY": self.memory,
            "WAREHOUSE_SPILL": self.spill,
            "WAREHOUSE_ENGINE": self.engine,
            "WAREHOUSE_SPARK_REMOTE": self.spark_remote.get_secret_value(),
            "WAREHOUSE_SPARK_HOME": self.spark_home or "",
            "DO_NOT_TRACK": "1",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        }


class SettingsError(ConfigurationError):
    """Variables of the environment that cannot be; the text names each, and never shows a value."""


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process. Raises SettingsError."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = [f"WAREHOUSE_{str(one['loc'][0]).upper()}: {one['msg']}" for one in error.errors(include_input=False, include_url=False)]
        raise SettingsError("\n".join([*wrong, "docs/settings.md says what each can be"])) from None
