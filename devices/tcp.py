"""Scanners on the network: connecting to one that serves a TCP port, or listening for those that connect (DataWedge).

Whoever can connect can scan: listen on the loopback address, or on a network of scanners only.
"""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Callable

from devices.faults import why_lost, why_not_reached
from devices.framing import Frame, Framer
from devices.line import READ_S, Connection, LineSource, told, waits
from devices.ports import Clock, Scan, Sink, SourceEvent, SourceState
from devices.profiles import Profile

CONNECT_S = 2.0
CHUNK = 4096
MOST_CLIENTS = 8
KEEPALIVE_IDLE_S, KEEPALIVE_EVERY_S, KEEPALIVE_TRIES = 10, 5, 3


def _keep_alive(link: socket.socket) -> None:
    """Notice a scanner that went out of range without a word."""
    link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE_IDLE_S)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, KEEPALIVE_EVERY_S)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, KEEPALIVE_TRIES)


class SocketConnection:
    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._link.settimeout(READ_S)

    def read(self) -> bytes:
        try:
            data = self._link.recv(CHUNK)
        except TimeoutError:
            return b""
        if not data:
            raise ConnectionResetError("the other side closed")
        return data

    def write(self, data: bytes) -> None:
        self._link.sendall(data)

    def close(self) -> None:
        self._link.close()


class TcpChannel:
    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)

    @property
    def name(self) -> str:
        return f"{self._address[0]}:{self._address[1]}"

    def open(self) -> Connection:
        link = socket.create_connection(self._address, timeout=CONNECT_S)
        _keep_alive(link)
        return SocketConnection(link)

    def why_not(self, error: OSError) -> str:
        return why_not_reached(self.name, error)


def tcp_source(host: str, port: int, profile: Profile, clock: Clock, *, name: str = "") -> LineSource:
    """Scans from a device that serves a TCP port."""
    return LineSource(TcpChannel(host, port), profile, clock, name=name)


class TcpListener:
    """Scans from devices that connect to `host`:`port`; each has frames of its own. Port 0 takes any free one."""

    def __init__(self, host: str, port: int, profile: Profile, clock: Clock, *, name: str = "") -> None:
        self._host, self._port = host, port
        self._profile = profile
        self._clock = clock
        self._name = name or f"{host}:{port}"
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._sink: Sink | None = None
        self._clients: dict[socket.socket, Framer] = {}
        self._speaking: socket.socket | None = None
        self._pause: Callable[[float], bool] = self._stopped.wait

    @property
    def name(self) -> str:
        return self._name

    @property
    def port(self) -> int:
        """The port it listens at, once its first state has said so."""
        return self._port

    def start(self, sink: Sink) -> None:
        """Raises RuntimeError when it was started before."""
        if self._thread is not None:
            raise RuntimeError(f"{self._name} was started before; make a new source")
        self._sink = sink
        self._thread = threading.Thread(target=self._run, name=f"scanner {self._name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        self._sink = None

    def send(self, data: bytes) -> bool:
        """Send bytes to the device that scanned last. False where it is not connected."""
        link = self._speaking
        if link is None:
            return False
        try:
            link.send(data)
        except OSError:
            return False  # the reader finds the loss and tells it
        return True

    def _run(self) -> None:
        for wait in waits():
            try:
                server = socket.create_server((self._host, self._port))
            except OSError as error:
                self._tell(SourceEvent.LOST, why_not_reached(f"{self._host}:{self._port}", error))
                if self._pause(wait):
                    return
                continue
            self._port = server.getsockname()[1]
            with server, selectors.DefaultSelector() as selector:
                self._serve(server, selector)
            return

    def _serve(self, server: socket.socket, selector: selectors.BaseSelector) -> None:
        server.setblocking(False)
        selector.register(server, selectors.EVENT_READ)
        self._tell_waiting()
        while not self._stopped.is_set():
            ready = [key.fileobj for key, _ in selector.select(READ_S)]
            at = self._clock()
            for silent in self._clients.keys() - set(ready):
                self._deliver(self._clients[silent].tick(at))
            for link in ready:
                assert isinstance(link, socket.socket)
                if link is server:
                    self._accept(server, selector)
                else:
                    self._read(link, selector)
        for link in self._clients:
            link.close()
        self._clients.clear()

    def _accept(self, server: socket.socket, selector: selectors.BaseSelector) -> None:
        try:
            link, address = server.accept()
        except OSError:
            return  # it went before it was let in
        if len(self._clients) >= MOST_CLIENTS:
            link.close()
            return
        link.setblocking(False)
        _keep_alive(link)
        selector.register(link, selectors.EVENT_READ)
        self._clients[link] = Framer(self._profile.framing)
        self._tell(SourceEvent.CONNECTED, f"{address[0]} is connected")

    def _read(self, link: socket.socket, selector: selectors.BaseSelector) -> None:
        try:
            data = link.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._speaking = link
            self._deliver(self._clients[link].feed(data, self._clock()))
        else:
            self._lose(link, selector)

    def _lose(self, link: socket.socket, selector: selectors.BaseSelector) -> None:
        selector.unregister(link)
        self._deliver(self._clients.pop(link).reset())
        self._speaking = None if self._speaking is link else self._speaking
        link.close()
        self._tell(SourceEvent.LOST, why_lost(self._name))
        if not self._clients:
            self._tell_waiting()

    def _tell_waiting(self) -> None:
        self._tell(SourceEvent.LOST, f"no scanner is connected; it listens at {self._host}:{self._port}")

    def _deliver(self, frames: list[Frame]) -> None:
        for frame in frames:
            self._give(told(frame, self._name, self._profile.code_page))

    def _tell(self, event: SourceEvent, detail: str) -> None:
        self._give(SourceState(event, self._name, detail, self._clock()))

    def _give(self, one: Scan | SourceState) -> None:
        if self._sink is not None and not self._stopped.is_set():
            self._sink(one)
