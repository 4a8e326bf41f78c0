"""The processes of a play: terminals on JSON lines, ledger commands, the ledger's service while the script runs."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

ANSWER_SECONDS = 90.0
STOP_SECONDS = 20.0
_TERMINAL = (sys.executable, "-m", "scanner_client.child")
_SCANNER = (sys.executable, "-m", "scanner_client.cli")
_LEDGER = (sys.executable, "-m", "server_stub.cli")
_HOST = (sys.executable, "-m", "server_stub.hosting")
_LOUDEST = 400


class PlayFailed(Exception):
    """Something around the script is not as it must be; the message is one sentence with the cure."""


def _surroundings() -> dict[str, str]:
    """The environment of every process: this very program's modules come first, wherever it was started from."""
    ours = Path(__file__).resolve().parents[2]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(ours), os.environ.get("PYTHONPATH"))))}


class TerminalProcess:
    """One terminal as a process of its own. `view` and `status` are those of the last answer.

    `ahead`: milliseconds by which its clock has been moved on; a process that is started again is told of them.
    """

    def __init__(self, name: str, home: Path, size: str, language: str, *, ahead: int = 0) -> None:
        self.name, self.home = name, home
        self._ahead = ahead
        self.size, self.language = size, language
        self.view: Mapping[str, Any] = {}
        self.status: Mapping[str, Any] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._log = home.parent / f"{name}.log"

    def start(self) -> None:
        """Start it; it stands where its store says."""
        command = [*_TERMINAL, "--home", str(self.home), "--size", self.size, "--lang", self.language]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=_surroundings()
            )
        self._heard(self._answer())
        if self._ahead:
            self._send({"clock": self._ahead / 1000})

    def give(self, said: Mapping[str, Any]) -> None:
        """Send one input and take its answer. Raises PlayFailed."""
        self._ahead += round(1000 * said.get("clock", 0)) + said.get("after", 0)
        if "size" in said:
            self.size = said["size"]
        self._send(said)

    def _send(self, said: Mapping[str, Any]) -> None:
        process = self._running()
        assert process.stdin
        try:
            process.stdin.write(msgspec.json.encode(said) + b"\n")
            process.stdin.flush()
        except BrokenPipeError as error:
            raise self._ended() from error
        self._heard(self._answer())

    def kill(self) -> None:
        """SIGKILL: nothing is flushed, nothing is closed."""
        process = self._running()
        process.kill()
        self._reap(process)

    def stop(self) -> None:
        """End it in good order."""
        process = self._process
        if process is None:
            return
        assert process.stdin
        try:
            process.stdin.close()
            process.wait(STOP_SECONDS)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            process.kill()
        self._reap(process)

    @property
    def rows(self) -> list[str]:
        return [str(row).rstrip() for row in self.view.get("rows", ())]

    @property
    def unsent(self) -> int:
        return int(self.status.get("kept", 0)) + int(self.status.get("sent", 0))

    @property
    def stays_offline(self) -> bool:
        return self.status.get("mode") == "offline"

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise PlayFailed(f"the terminal {self.name} does not run")
        return self._process

    def _answer(self) -> dict[str, Any]:
        process = self._running()
        assert process.stdout
        ready, _, _ = select.select([process.stdout], [], [], ANSWER_SECONDS)
        if not ready:
            raise PlayFailed(f"the terminal {self.name} did not answer within {ANSWER_SECONDS:g} seconds")
        line = process.stdout.readline()
        if not line:
            raise self._ended()
        answer: dict[str, Any] = msgspec.json.decode(line)
        return answer

    def _heard(self, answer: Mapping[str, Any]) -> None:
        if "error" in answer:
            raise PlayFailed(f"the terminal {self.name} says: {answer['error']}")
        self.view, self.status = answer["view"], answer["status"] or {}

    def _ended(self) -> PlayFailed:
        said = self._log.read_text(encoding="utf-8", errors="backslashreplace").strip()[-_LOUDEST:]
        return PlayFailed(f"the terminal {self.name} has ended: {said or 'it said nothing'}")

    def _reap(self, process: subprocess.Popen[bytes]) -> None:
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                stream.close()
        self._process = None


class LedgerProcesses:
    """The ledger at `database`, asked through its commands; `folder` is what relative paths start from."""

    def __init__(self, database: str, folder: Path, log: Path) -> None:
        self.database = database
        self.address = ""
        self._folder, self._log = folder, log
        self._service: subprocess.Popen[bytes] | None = None
        self._host: subprocess.Popen[bytes] | None = None

    def run(self, *arguments: str) -> tuple[int, str]:
        """Exit status and everything the command printed. Raises PlayFailed where no command can be run at all."""
        host = self._hosted()
        assert host.stdin
        assert host.stdout
        try:
            host.stdin.write(msgspec.json.encode(arguments) + b"\n")
            host.stdin.flush()
        except BrokenPipeError as error:
            raise PlayFailed(f"no command of the ledger can be run: {self._told()}") from error
        line = host.stdout.readline()
        if not line:
            raise PlayFailed(f"no command of the ledger can be run: {self._told()}")
        done = msgspec.json.decode(line)
        return int(done["status"]), str(done["printed"])

    def _hosted(self) -> subprocess.Popen[bytes]:
        """One process loads the ledger's modules for all commands; each runs in a child of its."""
        if self._host is None:
            with self._log.open("ab") as log:
                self._host = subprocess.Popen(
                    _HOST, cwd=self._folder, env=self._environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                    stderr=log,
                )  # fmt: skip
        return self._host

    def rows(self, *arguments: str) -> list[dict[str, Any]]:
        """What a listing command answers with --json. Raises PlayFailed."""
        status, printed = self.run(*arguments, "--json")
        try:
            found: list[dict[str, Any]] = msgspec.json.decode(printed)
        except msgspec.DecodeError as error:
            told = printed.strip() or f"it ended with {status}"
            raise PlayFailed(f"`ledger {' '.join(arguments)}` failed: {told}") from error
        return found

    def serve(self, arguments: tuple[str, ...] = ()) -> str:
        """Start the service in the background, on the port it had before or a free one; its address."""
        self.stop()
        port = () if "--port" in arguments else ("--port", self.address.rpartition(":")[2] or "0")
        with self._log.open("ab") as log:
            self._service = subprocess.Popen(
                [*_LEDGER, "serve", *port, *arguments], cwd=self._folder, env=self._environment(),
                stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip
        assert self._service.stdout
        ready, _, _ = select.select([self._service.stdout], [], [], ANSWER_SECONDS)
        line = self._service.stdout.readline() if ready else b""
        if not line:
            raise PlayFailed(f"the ledger's service did not start: {self._told()}")
        self.address = str(msgspec.json.decode(line)["address"])
        return self.address

    @property
    def serving(self) -> bool:
        return self._service is not None

    def stop(self) -> None:
        """End the service in good order; without one, nothing happens."""
        service, self._service = self._service, None
        if service is None:
            return
        service.terminate()
        try:
            service.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            service.kill()
            service.wait()
        if service.stdout:
            service.stdout.close()

    def close(self) -> None:
        """End the service and whatever ran commands."""
        self.stop()
        host, self._host = self._host, None
        if host is not None:
            assert host.stdin
            assert host.stdout
            host.stdin.close()
            host.wait(STOP_SECONDS)
            host.stdout.close()

    def _told(self) -> str:
        said = self._log.read_text(encoding="utf-8", errors="backslashreplace").strip()[-_LOUDEST:]
        return said or "it said nothing"

    def _environment(self) -> dict[str, str]:
        """A script's own ledger is for training unless the script says otherwise: there a badge alone will do."""
        return {"LEDGER_ENVIRONMENT": "training", **_surroundings(), "LEDGER_DB": self.database}


def enroll(home: Path, address: str, code: str) -> None:
    """Enrol a terminal through the command that people use. Raises PlayFailed."""
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(
            [*_SCANNER, "enroll", address, code, "--home", str(home)],
            stdout=said,
            stderr=said,
            check=False,
            env=_surroundings(),
        )
        said.seek(0)
        if done.returncode:
            told = said.read().decode(errors="backslashreplace").strip()
            raise PlayFailed(f"the terminal could not be enrolled: {told}")
