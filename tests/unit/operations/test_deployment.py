"""What lies in `deploy/` is read as its reader reads it: names of programs, ports, addresses, hardening, no usage statistics."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import sqlalchemy
import yaml

from pipelines.building.steps import RELEASING
from pipelines.defs import executors
from pipelines.defs.schedules import build_schedules
from pipelines.run_lock import BUSY
from pipelines.settings import Settings

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
SYSTEMD = DEPLOY / "systemd"
SERVICES = sorted(SYSTEMD.glob("*.service"))
STATISTICS_OFF = {"DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "GX_ANALYTICS_ENABLED": "false"}
PROGRAMS = {item.name for item in entry_points(group="console_scripts")}


class Unit(configparser.RawConfigParser):
    def __init__(self, path: Path) -> None:
        super().__init__(strict=True, delimiters=("=",), comment_prefixes=("#",))
        self.optionxform = str
        self.read(path)


def load(name: str) -> dict:
    return yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))


# --- systemd ----------------------------------------------------------------------------------------------------------


def test_there_are_units_for_the_web_server_the_daemon_and_the_refresh() -> None:
    assert [path.stem for path in SERVICES] == ["asn-daemon", "asn-refresh", "asn-webserver"]


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_a_unit_starts_a_program_of_the_environment_and_is_shut_in(path: Path) -> None:
    service = Unit(path)["Service"]
    program, *arguments = service["ExecStart"].split()
    assert Path(program).parent == Path("/opt/asn-warehouse/.venv/bin")
    assert Path(program).name in PROGRAMS
    for argument in arguments:
        if argument.startswith("/opt/asn-warehouse/"):
            assert (ROOT / argument.removeprefix("/opt/asn-warehouse/")).exists(), argument
    assert service["User"] == "asn"
    assert service["ReadWritePaths"] == "/var/lib/asn-warehouse"
    assert service["ProtectSystem"] == "strict"
    assert service["NoNewPrivileges"] == "yes"
    assert service["CapabilityBoundingSet"] == ""


@pytest.mark.parametrize("path", sorted(SYSTEMD.glob("asn-*")), ids=lambda path: path.name)
def test_systemd_takes_the_unit_as_it_is(path: Path, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if not analyze:
        pytest.skip("systemd-analyze is not installed")
    for unit in SYSTEMD.glob("asn-*"):
        text = (
            unit.read_text()
            .replace("/opt/asn-warehouse/.venv/bin/", f"{Path(sys.executable).parent}/")
            .replace("/opt/asn-warehouse", str(ROOT))
        )
        (tmp_path / unit.name).write_text(text)
    done = subprocess.run([analyze, "verify", "--man=no", str(tmp_path / path.name)], capture_output=True, text=True, check=False)
    own = [line for line in done.stderr.splitlines() if "asn-" in line]
    assert (done.returncode, own) == (0, [])


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_systemd_calls_the_exposure_of_the_unit_low(path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if not analyze:
        pytest.skip("systemd-analyze is not installed")
    done = subprocess.run(
        [analyze, "security", "--offline=true", "--threshold=20", "--no-pager", str(path)], capture_output=True, text=True, check=False
    )
    if "unrecognized option" in done.stderr:
        pytest.skip("this systemd cannot judge a unit that is not installed")
    assert done.returncode == 0, done.stdout[-300:]


def test_the_web_server_listens_on_this_machine_only() -> None:
    assert "--host 127.0.0.1 --port 3000" in Unit(SYSTEMD / "asn-webserver.service")["Service"]["ExecStart"]


def test_the_timer_starts_when_the_schedule_would() -> None:
    calendar = Unit(SYSTEMD / "asn-refresh.timer")["Timer"]["OnCalendar"]
    [nightly] = [schedule for schedule in build_schedules(Settings()) if schedule.name == "nightly"]
    minute, hour, *rest = str(nightly.cron_schedule).split()
    assert rest == ["*", "*", "*"]
    assert calendar == f"*-*-* {int(hour):02d}:{int(minute):02d}:00 {nightly.execution_timezone}"


def test_a_refresh_that_finds_the_lock_taken_is_no_failure_of_the_unit() -> None:
    assert Unit(SYSTEMD / "asn-refresh.service")["Service"]["SuccessExitStatus"] == str(BUSY)


def test_the_environment_names_settings_that_exist_and_turns_statistics_off() -> None:
    lines = [line.removeprefix("# ") for line in (SYSTEMD / "environment.example").read_text().splitlines() if "=" in line]
    values = dict(line.split("=", 1) for line in lines if re.match(r"[A-Z_]+=", line))
    assert STATISTICS_OFF.items() <= values.items()
    for name in values:
        if name.startswith("WAREHOUSE_"):
            assert name.removeprefix("WAREHOUSE_").lower() in Settings.model_fields, name
    assert postgres_variables() <= set(values)


def test_no_way_of_running_it_for_offices_invents_a_city() -> None:
    assert "WAREHOUSE_SIMULATION=false" in (SYSTEMD / "environment.example").read_text().splitlines()
    assert Unit(SYSTEMD / "asn-refresh.service")["Service"]["ExecStart"].endswith("asn refresh --no-simulation --complete-only")
    assert "WAREHOUSE_SIMULATION=false" in (SYSTEMD.parent / "containers" / "Containerfile").read_text(), "of compose and Kubernetes too"


# --- Dagster ----------------------------------------------------------------------------------------------------------


def postgres_variables() -> set[str]:
    return {value["env"] for value in load("dagster.yaml")["storage"]["postgres"]["postgres_db"].values() if isinstance(value, dict)}


def test_dagster_reads_the_instance_and_keeps_its_records_in_postgres(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dagster._core.instance.ref import InstanceRef
    from dagster_postgres.utils import pg_url_from_config

    shutil.copy(DEPLOY / "dagster.yaml", tmp_path)
    values = {"HOST": "db", "PORT": "5432", "DB": "dagster", "USER": "dagster", "PASSWORD": "p/w"}
    for name, value in values.items():
        monkeypatch.setenv(f"DAGSTER_POSTGRES_{name}", value)
    reference = InstanceRef.from_dir(str(tmp_path))
    assert reference.storage_data.class_name == "DagsterPostgresStorage"
    assert reference.settings["telemetry"] == {"enabled": False}
    assert reference.settings["concurrency"]["pools"] == {"default_limit": 1}
    config = yaml.safe_load(reference.storage_data.config_yaml)["postgres_db"]
    resolved = {
        key: values[value["env"].removeprefix("DAGSTER_POSTGRES_")] if isinstance(value, dict) else value for key, value in config.items()
    }
    url = pg_url_from_config({"postgres_db": resolved})
    assert url == "postgresql+psycopg2://dagster:p/w@db:5432/dagster"
    assert sqlalchemy.create_engine(url).driver == "psycopg2", "the driver that dagster-postgres installs"


# --- containers -------------------------------------------------------------------------------------------------------


def test_the_image_holds_what_the_program_needs_and_runs_as_nobody_in_particular() -> None:
    text = (DEPLOY / "containers" / "Containerfile").read_text()
    copied = {name for line in re.findall(r"^COPY (.+) \S+$", text, re.MULTILINE) for name in line.split()}
    assert all((ROOT / name).exists() for name in copied)
    assert {"pipelines", "data_quality", "dbt_project", "config", "simulation", "pyproject.toml", "uv.lock"} <= copied
    assert {place.split("/")[0] for place in RELEASING} <= copied, "of what a release is made"
    assert re.search(r"^USER 10001:10001$", text, re.MULTILINE)
    assert 'ARG EXTRAS="--extra postgres"' in text
    assert text.count("uv sync --frozen --no-dev ${EXTRAS} ") == 2
    for name, value in STATISTICS_OFF.items():
        assert f"{name}={value}" in text
    ignored = (DEPLOY / "containers" / "Containerfile.dockerignore").read_text().split()
    assert ignored[0] == "*"
    assert {f"!{name}" for name in copied} <= set(ignored), "the build would not find it"


def test_compose_opens_one_port_and_only_to_this_machine() -> None:
    services = load("containers/compose.yaml")["services"]
    assert set(services) == {"postgres", "prepare", "code", "daemon", "webserver"}
    assert {name: service["ports"] for name, service in services.items() if "ports" in service} == {"webserver": ["127.0.0.1:3000:3000"]}
    assert load("containers/compose.yaml")["networks"]["inside"]["internal"] is True
    for name, service in services.items():
        if name == "postgres":
            assert "POSTGRES_PASSWORD" in service["environment"]
            continue
        assert service["command"][0] in PROGRAMS
        assert postgres_variables() <= set(service["environment"])
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["env_file"] == [{"path": "settings.env", "required": False}]
    assert services["code"]["networks"] == ["inside", "outside"], "alerts and the heartbeat must get out"
    assert "data:/data" in services["code"]["volumes"]
    assert "data:/data" not in services["daemon"]["volumes"], "runs are started in the code location: one container writes"


def test_files_that_compose_mounts_exist_and_name_the_code_location() -> None:
    services = load("containers/compose.yaml")["services"]
    for service in services.values():
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            assert not source.startswith(".") or (DEPLOY / "containers" / source).is_file(), source
    (server,) = load("containers/workspace.yaml")["load_from"]
    assert server["grpc_server"]["host"] in services
    assert str(server["grpc_server"]["port"]) in services["code"]["command"]
    assert "pipelines.definitions" in services["code"]["command"]
    own = yaml.safe_load((ROOT / "workspace.yaml").read_text())["load_from"][0]["python_module"]
    assert server["grpc_server"]["location_name"] == own["location_name"]


# --- Kubernetes -------------------------------------------------------------------------------------------------------


def test_the_helm_values_start_one_writer_and_send_no_statistics() -> None:
    values = load("kubernetes/values.yaml")
    assert values["telemetry"] == {"enabled": False}
    assert values["runLauncher"]["config"]["customRunLauncher"]["class"] == "DefaultRunLauncher"
    assert values["dagsterWebserver"]["service"]["type"] == "ClusterIP"
    assert "postgresqlPassword" not in values["postgresql"]
    (deployment,) = values["dagster-user-deployments"]["deployments"]
    assert deployment["dagsterApiGrpcArgs"] == ["--module-name", "pipelines.definitions"]
    environment = {item["name"]: item["value"] for item in deployment["env"]}
    assert STATISTICS_OFF.items() <= environment.items()
    (mounted,) = [mount for mount in deployment["volumeMounts"] if mount["mountPath"] == environment["WAREHOUSE_HOME"]]
    (volume,) = [item for item in deployment["volumes"] if item["name"] == mounted["name"]]
    assert volume["persistentVolumeClaim"]["claimName"] == load("kubernetes/volume.yaml")["metadata"]["name"]
    assert load("kubernetes/volume.yaml")["spec"]["accessModes"] == ["ReadWriteOnce"]


def test_every_pod_runs_without_rights_and_without_a_moving_tag() -> None:
    values = load("kubernetes/values.yaml")
    for part in (values["dagsterWebserver"], values["dagsterDaemon"], *values["dagster-user-deployments"]["deployments"]):
        assert part["image"]["tag"] not in {"", "latest"}
        assert part["securityContext"]["runAsNonRoot"] is True
        assert part["securityContext"]["readOnlyRootFilesystem"] is True
        assert part["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_steps_in_pods_are_carried_out_by_what_the_values_below_them_start() -> None:
    """A list of values replaces the one below it, so what the code location is stands in both files."""
    below, above = load("kubernetes/values.yaml"), load("kubernetes/steps-in-pods.yaml")
    assert above["runLauncher"]["type"] == "K8sRunLauncher"
    (plain,) = below["dagster-user-deployments"]["deployments"]
    (deployment,) = above["dagster-user-deployments"]["deployments"]
    anew = {"env", "resources", "includeConfigInLaunchedRuns"}
    assert {key: value for key, value in deployment.items() if key not in anew} == {k: v for k, v in plain.items() if k not in anew}
    assert deployment["includeConfigInLaunchedRuns"] == {"enabled": True}
    assert [item for item in deployment["env"] if item["name"] != "WAREHOUSE_EXECUTOR"] == plain["env"]
    (chosen,) = [item["value"] for item in deployment["env"] if item["name"] == "WAREHOUSE_EXECUTOR"]
    assert Settings(executor=chosen).executor == "k8s"


def test_the_worker_of_celery_reads_the_broker_where_the_executor_does() -> None:
    config = load("celery/worker.yaml")["execution"]["config"]
    assert config == {"broker": {"env": executors.BROKER}, "backend": {"env": executors.BROKER}}
    assert executors.BROKER.removeprefix("WAREHOUSE_").lower() in Settings.model_fields


def test_an_executor_whose_package_is_missing_says_which_extra_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dagster_celery", None)
    with pytest.raises(RuntimeError, match="uv sync --extra celery"):
        executors.executor(Settings(executor="celery"))
    assert executors.executor(Settings()).name == "in_process"


# --- proxy ------------------------------------------------------------------------------------------------------------


def test_the_proxy_asks_for_a_password_and_passes_to_the_web_server_only() -> None:
    text = "\n".join(line.split("#")[0] for line in (DEPLOY / "proxy" / "nginx.conf").read_text().splitlines())
    assert text.count("{") == text.count("}")
    secure = text[text.index("listen 443 ssl") :]
    directives = [line.strip() for line in secure.splitlines() if line.strip()]
    assert all(line.endswith((";", "{", "}")) for line in directives)
    assert "auth_basic_user_file /etc/nginx/asn-warehouse.htpasswd;" in directives
    assert not re.search(r"auth_basic\s+off", text)
    assert re.findall(r"proxy_pass\s+(\S+);", text) == ["http://127.0.0.1:3000"]
    assert "proxy_set_header Upgrade $http_upgrade;" in directives
    assert "ssl_protocols       TLSv1.2 TLSv1.3;" in directives


def test_nginx_takes_the_configuration(tmp_path: Path) -> None:
    nginx = shutil.which("nginx")
    if not nginx:
        pytest.skip("nginx is not installed")
    text = (DEPLOY / "proxy" / "nginx.conf").read_text()
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-keyout", key, "-out", certificate], check=True, capture_output=True)  # fmt: skip
    text = text.replace("/etc/ssl/private/warehouse.example.key", str(key)).replace(
        "/etc/ssl/certs/warehouse.example.pem", str(certificate)
    )
    places = " ".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (tmp_path / "nginx.conf").write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{ access_log off; {places} {text} }}\n")
    done = subprocess.run(
        [nginx, "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", sorted(path for path in DEPLOY.rglob("*") if path.is_file()), ids=lambda path: path.name)
def test_no_secret_stands_in_a_file(path: Path) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        found = re.match(r"\s*#?\s*\S*(password|secret|token)\S*\s*[:=]\s*(\S+)", line, re.IGNORECASE)
        assert not found or found[2].startswith(("${", "env", "false")) or "env:" in line, line
