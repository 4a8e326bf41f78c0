"""What can be wrong with a device, each as one sentence that names the thing, the cause and the cure."""

from __future__ import annotations

import errno


class DeviceError(Exception):
    """A device cannot be used as it is described; the message is for people."""


class BadProfile(DeviceError):
    """A profile or the description of a scanner cannot be used."""


class NoSuchDevice(DeviceError):
    """The device is not there now; it is looked for again."""


def why_not_opened(name: str, error: OSError) -> str:
    """One sentence for an error while opening a serial device."""
    match _number(error):
        case errno.EAGAIN | errno.EBUSY:
            return f"{name} is in use by another program; stop that program, or name another port"
        case errno.EACCES | errno.EPERM:
            return f"{name} may not be opened by this user; add the user to the group that owns it (often dialout)"
        case errno.ENOENT | errno.ENXIO | errno.ENODEV:
            return f"{name} is not there; plug the scanner in or switch it on, it is looked for by itself"
        case _:
            return f"{name} cannot be opened ({_reason(error)}); check cable and port"


def why_not_reached(name: str, error: OSError) -> str:
    """One sentence for an error while connecting to, or listening at, an address."""
    match _number(error):
        case errno.EADDRINUSE:
            return f"{name} is in use by another program; stop that program, or name another port"
        case errno.ECONNREFUSED:
            return f"nothing listens at {name}; switch the scanner's network output on, it is tried again by itself"
        case errno.EADDRNOTAVAIL | errno.EACCES:
            return f"{name} is no address this machine may use ({_reason(error)}); name another host or port"
        case _:
            return f"{name} cannot be reached ({_reason(error)}); it is tried again by itself"


def why_lost(name: str) -> str:
    return f"{name} is gone; check plug, charge and range, it is looked for by itself"


def _number(error: OSError) -> int | None:
    """An error's number; some of pyserial's have only a cause with one."""
    cause = error.__context__
    return error.errno or (cause.errno if isinstance(cause, OSError) else None)


def _reason(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
