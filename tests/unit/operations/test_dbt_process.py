"""What becomes of the dbt process when the step that reads its events fails."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from pipelines.defs import warehouse_assets

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)"


@pytest.mark.parametrize("program", ["print('ready', flush=True); import time; time.sleep(600)", STUBBORN], ids=["obedient", "stubborn"])
def test_dbt_does_not_outlive_a_step_that_failed(monkeypatch, program) -> None:
    monkeypatch.setattr(warehouse_assets, "GRACE_SECONDS", 0.2)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()

        def events():
            raise OSError("the disk is gone")
            yield

        build = SimpleNamespace(process=process, stream_raw_events=events)
        context = SimpleNamespace(selected_asset_check_keys=[])
        with pytest.raises(OSError, match="the disk is gone"):
            list(warehouse_assets._events(context, build, None))
        assert process.poll() is not None
