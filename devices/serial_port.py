"""A scanner on a serial port, through pyserial, which is imported in the reader's thread."""

from __future__ import annotations

import errno
import termios
from typing import TYPE_CHECKING

from devices.faults import NoSuchDevice, why_not_opened
from devices.finding import Finder
from devices.line import READ_S, Connection, LineSource
from devices.ports import Clock
from devices.profiles import Profile, SerialLine

if TYPE_CHECKING:
    import serial

_PARITY = {"none": "N", "even": "E", "odd": "O"}


class SerialConnection:
    def __init__(self, port: serial.Serial) -> None:
        self._port = port

    def read(self) -> bytes:
        return bytes(self._port.read(max(1, self._port.in_waiting)))

    def write(self, data: bytes) -> None:
        try:
            self._port.write(data)
        except TypeError as error:  # the reader's thread is closing the port, and pyserial has lost its descriptor
            raise OSError(errno.EBADF, "the port is closed") from error

    def close(self) -> None:
        self._port.close()


class SerialChannel:
    """A port held by this process alone: of two programs on one port each would get half of every code."""

    def __init__(self, finder: Finder, line: SerialLine) -> None:
        self._finder = finder
        self._line = line

    @property
    def name(self) -> str:
        return self._finder.wanted

    def open(self) -> Connection:
        import serial  # noqa: PLC0415  # late: the first frame does not wait for it

        path = self._finder.find()
        try:
            port = serial.Serial(
                path,
                baudrate=self._line.baud,
                bytesize=self._line.bits,
                parity=_PARITY[self._line.parity],
                stopbits=self._line.stop_bits,
                timeout=READ_S,
                write_timeout=0,
                exclusive=True,
            )
        except (ValueError, termios.error) as error:
            raise NoSuchDevice(f"{self.name} does not take the settings of its profile: {error}") from error
        self._finder.opened(path)
        return SerialConnection(port)

    def why_not(self, error: OSError) -> str:
        return why_not_opened(self.name, error)


def serial_source(port: str | Finder, profile: Profile, clock: Clock, *, name: str = "") -> LineSource:
    """Scans from a serial port: a path, or `usb:VID:PID:SERIAL`. Raises BadProfile where it is neither."""
    finder = port if isinstance(port, Finder) else Finder(port)
    return LineSource(SerialChannel(finder, profile.serial), profile, clock, name=name)
