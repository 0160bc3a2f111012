"""``make bench``: the nightly job on a simulated city, with everything new and then with nothing new."""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def _run(home: Path, employees: int) -> dict[str, float]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    asn = Path(sys.executable).with_name("asn")
    subprocess.run([str(asn), "refresh", "--employees", str(employees)], check=True, env={**os.environ, "WAREHOUSE_HOME": str(home)})  # noqa: S603 - a fixed command, no shell
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall_s": round(time.monotonic() - began, 1), "cpu_s": round(cpu, 1), "peak_mb": round(after.ru_maxrss / 1024)}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--employees", type=int, default=20_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        runs = {name: _run(Path(folder), given.employees) for name in ("everything new", "nothing new")}
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(json.dumps({"employees": given.employees, "machine": machine, "runs": runs}, indent=2))


if __name__ == "__main__":
    main()
