"""NIP to ``employee_key``: a keyed hash, because NIPs can be enumerated and an unkeyed hash of one is reversed in seconds."""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import secrets
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEY_BYTES = 32
LEAST_BYTES = 16
FINGERPRINT = "pseudonyms.fingerprint"
_log = logging.getLogger(__name__)
KEY_LENGTH = 24
"""Hex digits of an employee_key: 96 bits, no collision to be expected in any population."""


class SecretError(RuntimeError):
    """The pseudonym secret is missing or is not the one that made the lake."""


@dataclass(frozen=True)
class Pseudonyms:
    """Makes employee keys. The secret never appears in a repr, a log or a manifest.

    The secret is a chain of links, oldest first, one a line: the first turns a NIP into a key, each later one the key before into
    the next. A rotation adds a link, so that keys are replaced without any NIP, and whoever has only the former links has no key.
    """

    secret: bytes = field(repr=False)

    @property
    def links(self) -> list[bytes]:
        return [link.strip() for link in self.secret.splitlines() if link.strip()]

    @property
    def fingerprint(self) -> str:
        """What identifies the secret without revealing it: kept beside the lake to recognise a wrong one."""
        text = "fingerprint of the pseudonym secret"
        for link in self.links:
            text = _hash(link, text)
        return text[:16]

    def function(self) -> Callable[[str], str]:
        """A memoised ``nip -> employee_key``; people recur in every delivery."""
        links = self.links

        @lru_cache(maxsize=200_000)
        def key(nip: str) -> str:
            text = nip
            for link in links:
                text = _hash(link, text)[:KEY_LENGTH]
            return text

        return key

    def rotated(self) -> Pseudonyms:
        """The same with a new link."""
        return Pseudonyms(b"\n".join([*self.links, secrets.token_hex(KEY_BYTES).encode()]))

    def next_key(self) -> Callable[[str], str]:
        """A memoised ``key made without the last link -> key``."""
        link = self.links[-1]
        return lru_cache(maxsize=200_000)(lambda key: _hash(link, key)[:KEY_LENGTH])


def _hash(link: bytes, text: str) -> str:
    return hmac.new(link, text.encode(), hashlib.sha256).hexdigest()


def load_pseudonyms(secret_file: Path, lake: Path, from_environment: str | None = None) -> Pseudonyms:
    """The pseudonyms of this installation; makes the secret on the first run, and says so in a warning.

    Raises SecretError when the lake was made with another secret, when it exists and the secret is gone (keys made with a new secret
    would never again meet the old ones), or when a rotation was cut off.
    """
    marker = lake / FINGERPRINT
    if next_file(secret_file).exists():
        raise SecretError("a rotation of the pseudonym secret was cut off: run `asn keys rotate` again, which finishes it")
    pseudonyms = _present(secret_file, from_environment)
    if pseudonyms is None and marker.exists():
        raise SecretError(
            f"the pseudonym secret {secret_file} is missing, but {lake} was made with one: restore the secret from the backup"
        )
    if pseudonyms is None:
        pseudonyms = Pseudonyms(secrets.token_hex(KEY_BYTES).encode())
        write_secret(secret_file, pseudonyms)
        _log.warning("a pseudonym secret was made: %s. Keep a copy apart from the data; without it no later delivery meets the lake",
                     secret_file)  # fmt: skip
    if not marker.exists() and (not pseudonyms.links or min(map(len, pseudonyms.links)) < LEAST_BYTES):
        raise SecretError(f"the pseudonym secret is shorter than {LEAST_BYTES} characters: trying secrets would find NIPs again")
    lake.mkdir(parents=True, exist_ok=True)
    if marker.exists() and marker.read_text().strip() != pseudonyms.fingerprint:
        raise SecretError(f"the pseudonym secret is not the one that made {lake}: set the right one, or start with an empty lake")
    if not marker.exists():
        marker.write_text(pseudonyms.fingerprint + "\n")
    return pseudonyms


def _present(secret_file: Path, from_environment: str | None) -> Pseudonyms | None:
    """The secret that is there; None where there is none."""
    if from_environment:
        return Pseudonyms(from_environment.encode())
    return present_pseudonyms(secret_file) if secret_file.is_file() else None


def present_pseudonyms(path: Path) -> Pseudonyms:
    """The secret in a file."""
    return Pseudonyms(path.read_bytes().strip())


def next_file(secret_file: Path) -> Path:
    """Where the secret stands that a rotation is putting into force."""
    return secret_file.with_name(f"{secret_file.name}.next")


def write_secret(path: Path, pseudonyms: Pseudonyms) -> None:
    """A secret as a file of mode 0600, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    staged = path.with_name(f".{path.name}.new")
    staged.unlink(missing_ok=True)
    descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(pseudonyms.secret + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    staged.replace(path)
