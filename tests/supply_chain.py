"""What `make lint` asks beside the code: known vulnerabilities of the locked dependencies, and secrets in the history of the repository.

python -m tests.supply_chain dependencies    exit 1 where a dependency has a known vulnerability; says so where nobody answers
python -m tests.supply_chain secrets         exit 1 where any commit holds what looks like a secret
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parent.parent
FORMS = (
    "ArtifactoryDetector", "AWSKeyDetector", "AzureStorageKeyDetector", "BasicAuthDetector", "CloudantDetector", "DiscordBotTokenDetector",
    "GitHubTokenDetector", "GitLabTokenDetector", "IbmCloudIamDetector", "JwtTokenDetector", "MailchimpDetector", "NpmDetector", "OpenAIDetector",
    "PrivateKeyDetector", "PypiTokenDetector", "SendGridDetector", "SlackDetector", "SquareOAuthDetector", "StripeDetector",
    "TelegramBotTokenDetector", "TwilioKeyDetector",
)  # fmt: skip
"""Detectors of detect-secrets that know the form of a secret; those that measure disorder find every checksum."""
EXAMPLES = frozenset({"password", "geheim"})
"""What stands in pages and tests where a secret would."""


def vulnerable(audited: Iterable[dict[str, object]]) -> tuple[list[str], int]:
    """Dependencies with a known vulnerability, and how many were looked up at all."""
    looked_up = [entry for entry in audited if "skip_reason" not in entry]
    return [f"{entry['name']} {entry['version']}: {entry['vulns']}" for entry in looked_up if entry["vulns"]], len(looked_up)


def dependencies() -> int:
    command = [str(Path(sys.executable).with_name("pip-audit")), "--skip-editable", "--progress-spinner", "off", "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    try:
        audited = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        audited = []
    found, n_looked_up = vulnerable(audited)
    if found:
        print("\n".join(found))
    elif n_looked_up:
        print(f"dependencies: none of {n_looked_up} has a known vulnerability")
    else:
        print("dependencies: not audited, because no advisories can be had here (offline, or a mirror without them)")
    return int(bool(found))


def secrets_in(diff: str) -> list[str]:
    """Places in a diff where an added line has the form of a secret, each as file and kind; never the secret."""
    from detect_secrets.core.scan import scan_line
    from detect_secrets.settings import transient_settings

    file, added = "", {}
    for line in diff.splitlines():
        if line.startswith("+++ "):
            file = line.removeprefix("+++ b/")
        elif line.startswith("+"):
            added.setdefault(line[1:], file)
    with transient_settings({"plugins_used": [{"name": name} for name in FORMS]}):
        found = [(added[line], secret) for line in added for secret in scan_line(line)]
    return sorted({f"{name}: {one.type}" for name, one in found if str(one.secret_value) not in EXAMPLES})


def secrets() -> int:
    command = ["git", "log", "-p", "--all", "--unified=0", "--no-color", "--diff-filter=AM", "--", ".", ":!uv.lock"]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=True, cwd=ROOT)
    found = secrets_in(done.stdout)
    print("\n".join(found) if found else "secrets: nothing in the history has the form of one")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit({"dependencies": dependencies, "secrets": secrets}[sys.argv[1]]())
