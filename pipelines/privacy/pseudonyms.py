"""NIP to ``employee_key``: a keyed hash, because NIPs can be enumerated and an unkeyed hash of one is reversed in seconds."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEY_BYTES = 32
KEY_LENGTH = 24
"""Hex digits of an employee_key: 96 bits, no collision to be expected in any population."""


class SecretError(RuntimeError):
    """The pseudonym secret is missing or is not the one that made the lake."""


@dataclass(frozen=True)
class Pseudonyms:
    """Makes employee keys. The secret never appears in a repr, a log or a manifest."""

    secret: bytes = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """What identifies the secret without revealing it: kept beside the lake to recognise a wrong one."""
        return hmac.new(self.secret, b"fingerprint of the pseudonym secret", hashlib.sha256).hexdigest()[:16]

    def function(self) -> Callable[[str], str]:
        """A memoised ``nip -> employee_key``; people recur in every delivery."""

        @lru_cache(maxsize=200_000)
        def key(nip: str) -> str:
            return hmac.new(self.secret, nip.encode(), hashlib.sha256).hexdigest()[:KEY_LENGTH]

        return key


def load_pseudonyms(secret_file: Path, lake: Path, from_environment: str | None = None) -> Pseudonyms:
    """The pseudonyms of this installation; makes the secret on the first run.

    Raises SecretError when the lake was made with another secret, or when it exists and the secret is gone: keys made
    with a new secret would never again meet the old ones.
    """
    marker = lake / "pseudonyms.fingerprint"
    if from_environment:
        pseudonyms = Pseudonyms(from_environment.encode())
    elif secret_file.is_file():
        pseudonyms = Pseudonyms(secret_file.read_bytes().strip())
    elif marker.exists():
        raise SecretError(
            f"the pseudonym secret {secret_file} is missing, but {lake} was made with one: restore the secret from the backup"
        )
    else:
        pseudonyms = Pseudonyms(_new_secret(secret_file))
    lake.mkdir(parents=True, exist_ok=True)
    if marker.exists() and marker.read_text().strip() != pseudonyms.fingerprint:
        raise SecretError(f"the pseudonym secret is not the one that made {lake}: set the right one, or start with an empty lake")
    if not marker.exists():
        marker.write_text(pseudonyms.fingerprint + "\n")
    return pseudonyms


def _new_secret(secret_file: Path) -> bytes:
    secret_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    secret = secrets.token_hex(KEY_BYTES).encode()
    descriptor = os.open(secret_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(secret + b"\n")
    return secret
