"""Finding a serial device again: by its link under /dev/serial/by-id, by its USB identity, else by its name.

A device that was unplugged often comes back under another name (ttyACM0 becomes ttyACM1), and another device may have
taken the old one: a name is trusted only while nothing says that it now is something else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from devices.faults import BadProfile, NoSuchDevice

BY_ID = Path("/dev/serial/by-id")
_USB = re.compile(r"usb:([0-9a-f]{4}):([0-9a-f]{4})(?::(.+))?", re.IGNORECASE)


class PortInfo(Protocol):
    """A serial port of this machine, as pyserial lists it."""

    device: str
    vid: int | None
    pid: int | None
    serial_number: str | None


@dataclass(frozen=True, slots=True)
class UsbIdentity:
    """`serial` is empty where the device has none, or any will do."""

    vid: int
    pid: int
    serial: str = ""

    def fits(self, port: PortInfo) -> bool:
        return (port.vid, port.pid) == (self.vid, self.pid) and self.serial in ("", port.serial_number or "")

    def __str__(self) -> str:
        return f"usb:{self.vid:04x}:{self.pid:04x}" + (f":{self.serial}" if self.serial else "")


def listed_ports() -> Iterable[PortInfo]:
    """The serial ports of this machine."""
    from serial.tools.list_ports import comports  # noqa: PLC0415  # pyserial comes in the reader's thread

    return comports()


class Finder:
    """`wanted`: a path, or `usb:VID:PID` or `usb:VID:PID:SERIAL` in hex. Raises BadProfile for anything else."""

    def __init__(
        self, wanted: str, *, by_id: Path = BY_ID, ports: Callable[[], Iterable[PortInfo]] = listed_ports
    ) -> None:
        self.wanted = wanted
        self._by_id = by_id
        self._ports = ports
        self._usb = _usb_identity(wanted)
        self._links: frozenset[str] = frozenset()
        if self._usb is None and not Path(wanted).is_absolute():
            raise BadProfile(f"the port {wanted!r} is no device; write it as /dev/ttyACM0 or usb:VID:PID:SERIAL")

    def find(self) -> str:
        """The path to open now. Raises NoSuchDevice with one sentence."""
        found = self._by_link() or self._by_usb() or self._by_name()
        if found is None:
            raise NoSuchDevice(
                f"{self.wanted} is not there; plug the scanner in or switch it on, it is looked for by itself"
            )
        return found

    def opened(self, path: str) -> None:
        """Remember what stands at this path, so that it is found again under another name."""
        self._links = self._links_to(path) or self._links
        self._usb = self._usb or self._usb_at(path)

    def _by_link(self) -> str | None:
        return next((str(self._by_id / name) for name in sorted(self._links) if (self._by_id / name).exists()), None)

    def _by_usb(self) -> str | None:
        """The only port with this identity; of several, the one that has the wanted name."""
        if self._usb is None:
            return None
        fitting = [port.device for port in self._ports() if self._usb.fits(port)]
        return fitting[0] if len(fitting) == 1 else next((one for one in fitting if one == self.wanted), None)

    def _by_name(self) -> str | None:
        path = Path(self.wanted)
        if _USB.fullmatch(self.wanted) or not path.exists():
            return None
        here = self._usb_at(self.wanted)
        stranger = (self._links and self._links_to(self.wanted)) or (self._usb and here and here != self._usb)
        return None if stranger else self.wanted

    def _links_to(self, path: str) -> frozenset[str]:
        if not self._by_id.is_dir():
            return frozenset()
        real = Path(path).resolve()
        return frozenset(link.name for link in self._by_id.iterdir() if link.resolve() == real)

    def _usb_at(self, path: str) -> UsbIdentity | None:
        real = str(Path(path).resolve())
        port = next((one for one in self._ports() if one.device == real), None)
        if port is None or port.vid is None or port.pid is None:
            return None
        return UsbIdentity(port.vid, port.pid, port.serial_number or "")


def _usb_identity(wanted: str) -> UsbIdentity | None:
    found = _USB.fullmatch(wanted)
    return UsbIdentity(int(found[1], 16), int(found[2], 16), found[3] or "") if found else None
