"""A terminal's home: the folder with its store, settings, key and token, and the lock that one program holds.

HOME is 0700; `terminal.key`, `token` and `token.former` are 0600. Every file is written whole: beside its name, synced,
then renamed.
"""

from __future__ import annotations

import fcntl
import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import platformdirs
from msgspec import Struct

from scanner_client.files import PRIVATE_FILE, PRIVATE_FOLDER, write_private
from sync.wire.service import Certificate


class HomeError(Exception):
    """What is wrong with the home, in one sentence with the cure."""


class NotEnrolled(HomeError):
    pass


class HomeBusy(HomeError):
    """Another program works in this home."""


class Config(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`config.toml`. `url` is the ledger's address, `ca_file` the certificates it is checked against (https)."""

    url: str
    ledger_id: str
    terminal: str
    site: str
    ca_file: str = ""


class Home(Struct, frozen=True):
    path: Path

    @property
    def database(self) -> Path:
        return self.path / "terminal.db"

    @property
    def config_file(self) -> Path:
        return self.path / "config.toml"

    @property
    def key(self) -> Path:
        return self.path / "terminal.key"

    @property
    def token(self) -> Path:
        return self.path / "token"

    @property
    def former_token(self) -> Path:
        return self.path / "token.former"

    @property
    def certificate(self) -> Path:
        return self.path / "certificate.json"

    @property
    def lock(self) -> Path:
        return self.path / "lock"

    @property
    def control(self) -> Path:
        return self.path / "control.sock"

    @property
    def log(self) -> Path:
        return self.path / "log" / "scanner.jsonl"

    def prepare(self) -> None:
        """Make the folder, readable by its owner only. Raises HomeError."""
        try:
            self.path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            self.path.chmod(PRIVATE_FOLDER)
        except OSError as error:
            raise HomeError(
                f"The folder {self.path} cannot be used ({error.strerror}): name another with --home."
            ) from error

    def config(self) -> Config:
        """Raises NotEnrolled where there is none, HomeError where it cannot be read."""
        try:
            return msgspec.convert(tomllib.loads(self.config_file.read_text(encoding="utf-8")), Config)
        except FileNotFoundError as error:
            raise NotEnrolled(
                f"There is no terminal in {self.path}: enrol it with `scanner enroll URL CODE`, or name its --home."
            ) from error
        except (OSError, ValueError) as error:
            raise HomeError(f"{self.config_file} cannot be read ({error}): correct it, or enrol again.") from error

    def write_config(self, config: Config) -> None:
        fields = msgspec.to_builtins(config)
        # A JSON string is a TOML string, but for one character that has no place in an address or a code.
        lines = [f"{name} = {msgspec.json.encode(value).decode()}" for name, value in fields.items()]
        write_private(self.config_file, ("\n".join(lines) + "\n").encode())

    def read_token(self) -> str:
        try:
            return self.token.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise HomeError(f"The token {self.token} cannot be read ({error}): enrol this terminal again.") from error

    def read_former_token(self) -> str:
        """The token before the present one; empty where there is none."""
        try:
            return self.former_token.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return ""

    def write_token(self, token: str, former: str = "") -> None:
        """Keep a token, whole or not at all, and `former` beside it. Raises OSError."""
        if former:
            write_private(self.former_token, f"{former}\n".encode())
        write_private(self.token, f"{token}\n".encode())
        if not former:
            self.former_token.unlink(missing_ok=True)

    def read_certificate(self) -> Certificate | None:
        """The ledger's certificate of this terminal's key; None where there is none. Raises HomeError."""
        try:
            return msgspec.json.decode(self.certificate.read_bytes(), type=Certificate)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError) as error:
            raise HomeError(
                f"The certificate {self.certificate} cannot be read ({error}): enrol this terminal again without it."
            ) from error

    @contextmanager
    def locked(self, doing: str) -> Iterator[None]:
        """Hold the home for a program that is `doing` something. Raises HomeBusy naming who holds it."""
        self.prepare()
        try:
            descriptor = os.open(self.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
        except OSError as error:
            raise HomeError(
                f"{self.lock} cannot be used ({error.strerror}): mend it, or name another --home."
            ) from error
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise HomeBusy(self._who(descriptor)) from error
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{doing} {os.getpid()}\n".encode(), 0)
            yield
        finally:
            os.close(descriptor)

    def holder(self) -> tuple[str, int] | None:
        """What the program that holds the home is doing, and its process; None where none holds it."""
        try:
            descriptor = os.open(self.lock, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            held = os.pread(descriptor, 100, 0).decode("ascii", "backslashreplace").split()
            return (held[0], int(held[1])) if len(held) == 2 and held[1].isdecimal() else None
        finally:
            os.close(descriptor)
        return None

    def _who(self, descriptor: int) -> str:
        holder = os.pread(descriptor, 100, 0).decode("ascii", "backslashreplace").split()
        who = f"`scanner {holder[0]}` (process {holder[1]})" if len(holder) == 2 else "another program"
        return f"{who} already works in {self.path}: end it first, or name another --home."


def home_at(path: Path | None) -> Home:
    """The home named, or the one of this user."""
    return Home((path or Path(platformdirs.user_data_dir("scanner-client"))).expanduser().absolute())
