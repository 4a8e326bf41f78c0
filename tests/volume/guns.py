"""The far ends of the ways a scanner is connected: keyboard, serial line, socket. Each sends as fast as it can."""

from __future__ import annotations

import json
import socket
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from device_lines import Pty
from pty_window import Window

from scanner_client.home import Home

UNHURRIED = """
[framing]
idle_s = 30.0
stall_s = 30.0
"""
"""A profile that takes no pause of a busy machine for the end of a code."""


class Gun(ABC):
    """A scanner with the `name` that the terminal knows it by; each code that it sends ends in `end`."""

    name: str
    end: bytes

    @abstractmethod
    def prepare(self, home: Home) -> None:
        """Describe it to the terminal, before that runs."""

    @abstractmethod
    def plug_in(self, screen: Window) -> None:
        """Connect; back when the terminal hears."""

    @abstractmethod
    def send(self, data: bytes) -> None: ...

    @abstractmethod
    def close(self) -> None:
        """Give back what it took of this machine."""

    def bytes_of(self, codes: Sequence[str]) -> bytes:
        return b"".join(code.encode() + self.end for code in codes)


class Keyboard(Gun):
    """Types through the line of the window."""

    name, end = "keyboard", b"\r"

    def prepare(self, home: Home) -> None:
        """The terminal knows its keyboard by itself."""

    def plug_in(self, screen: Window) -> None:
        self._screen = screen

    def send(self, data: bytes) -> None:
        self._screen.send(data)

    def close(self) -> None:
        """The line is the window's, which closes it."""


class SerialGun(Gun):
    """On a pseudo terminal behind a link, as udev makes them: each time it is plugged in it has another name."""

    name, end = "gun", b"\r"

    def prepare(self, home: Home) -> None:
        self._home, self._link = home, home.path / "by-id-gun"
        self._lines = [Pty()]
        describe(home, f'kind = "serial"\nport = "{self._link}"\nname = "{self.name}"')

    def plug_in(self, screen: Window) -> None:
        self._link.symlink_to(self._lines[-1].path)
        wait_until_connected(self._home, self.name, len(self._lines), screen)

    def send(self, data: bytes) -> None:
        self._lines[-1].write(data)

    def hang_up(self) -> None:
        """Go without a word; it can be plugged in again."""
        self._link.unlink()
        self._lines.append(Pty())  # while the old one is there, so that it gets another name
        self._lines[-2].hang_up()

    def close(self) -> None:
        for line in self._lines:
            line.hang_up()


class NetworkGun(Gun):
    """Connects to the port the terminal listens at, as DataWedge does."""

    name, end = "wedge", b"\n"

    def prepare(self, home: Home) -> None:
        self._home = home
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self._links: list[socket.socket] = []
        describe(home, f'kind = "listen"\nport = {self._port}\nname = "{self.name}"')

    def plug_in(self, screen: Window) -> None:
        screen.wait_for(self._reaches, "the terminal listens")
        wait_until_connected(self._home, self.name, len(self._links), screen)

    def send(self, data: bytes) -> None:
        self._links[-1].sendall(data)

    def hang_up(self) -> None:
        self._links[-1].close()

    def close(self) -> None:
        for link in self._links:
            link.close()

    def _reaches(self) -> bool:
        try:
            self._links.append(socket.create_connection(("127.0.0.1", self._port)))
        except ConnectionRefusedError:
            return False
        return True


def describe(home: Home, scanner: str) -> None:
    """Add a scanner to the home's settings."""
    profile = home.path / "unhurried.toml"
    profile.write_text(UNHURRIED, encoding="utf-8")
    with (home.path / "devices.toml").open("a", encoding="utf-8") as file:
        file.write(f'[[scanner]]\n{scanner}\nprofile = "{profile}"\n')


def wait_until_connected(home: Home, scanner: str, times: int, screen: Window) -> None:
    told = "so many connections are told"
    screen.wait_for(lambda: states(home, scanner).count("connected") == times, told)


def states(home: Home, scanner: str) -> list[str]:
    """The states of a scanner that the terminal has told, oldest first."""
    told = (line for line in _lines(home.log) if line["event"] == "scanner")
    return [line["state"] for line in told if line["source"] == scanner]


def _lines(log: Path) -> list[dict[str, str]]:
    text = log.read_text(encoding="utf-8") if log.exists() else ""
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]
