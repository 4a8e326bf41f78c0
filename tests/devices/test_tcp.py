"""Scanners on the network, over sockets of the loopback address."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

from device_lines import Collected

from devices.framing import Framing
from devices.ports import Scan, ScanSource, SourceEvent, SourceState
from devices.profiles import Profile
from devices.tcp import MOST_CLIENTS, TcpListener, tcp_source

PATIENT = Profile(framing=Framing(idle_s=20.0, stall_s=20.0))
LOOPBACK = "127.0.0.1"


@contextmanager
def _started(source: ScanSource, collected: Collected) -> Iterator[None]:
    source.start(collected)
    try:
        yield
    finally:
        source.stop()


@contextmanager
def _listening(collected: Collected, profile: Profile = PATIENT) -> Iterator[TcpListener]:
    listener = TcpListener(LOOPBACK, 0, profile, time.monotonic, name="wedge")
    with _started(listener, collected):
        waiting = collected.state(SourceEvent.LOST)
        assert waiting.detail == f"no scanner is connected; it listens at {LOOPBACK}:{listener.port}"
        yield listener


def test_a_device_that_connects_can_scan_and_be_told(collected: Collected) -> None:
    with _listening(collected) as listener, socket.create_connection((LOOPBACK, listener.port)) as device:
        assert collected.state(SourceEvent.CONNECTED).detail == f"{LOOPBACK} is connected"
        device.sendall(b"]C10109520000123451\x1d10L2411\r\n")
        assert collected.scan().text == "]C10109520000123451\x1d10L2411"
        assert listener.send(b"B")
        assert device.recv(1) == b"B"


def test_two_devices_do_not_mix_their_frames(collected: Collected) -> None:
    with (
        _listening(collected) as listener,
        socket.create_connection((LOOPBACK, listener.port)) as one,
        socket.create_connection((LOOPBACK, listener.port)) as other,
    ):
        collected.state(SourceEvent.CONNECTED)
        collected.state(SourceEvent.CONNECTED)
        one.sendall(b"A-03")
        other.sendall(b"A-11-04\n")
        assert collected.scan().text == "A-11-04"
        one.sendall(b"-02\n")
        assert collected.scan().text == "A-03-02"


def test_a_thousand_scans_at_full_speed_arrive_whole_and_in_order(collected: Collected) -> None:
    codes = [f"9520000{number:06d}-{'x' * 16}" for number in range(1000)]
    with _listening(collected) as listener, socket.create_connection((LOOPBACK, listener.port)) as device:
        collected.state(SourceEvent.CONNECTED)
        device.sendall("".join(code + "\n" for code in codes).encode())
        assert [collected.scan().text for _ in codes] == codes


def test_a_device_that_goes_in_the_middle_of_a_code_leaves_a_partial(collected: Collected) -> None:
    with _listening(collected) as listener:
        with socket.create_connection((LOOPBACK, listener.port)) as device:
            device.sendall(b"952000")
        seen = collected.until(SourceEvent.LOST)
        partials = [one.raw for one in seen if isinstance(one, SourceState) and one.event is SourceEvent.PARTIAL]
        assert partials == [b"952000"]
        assert not [one for one in seen if isinstance(one, Scan)]
        collected.state(SourceEvent.LOST)
        with socket.create_connection((LOOPBACK, listener.port)) as again:
            again.sendall(b"A-03-02\n")
            collected.state(SourceEvent.CONNECTED)
            assert collected.scan().text == "A-03-02"


def test_one_device_too_many_is_turned_away_and_the_others_go_on(collected: Collected) -> None:
    with _listening(collected) as listener:
        devices = [socket.create_connection((LOOPBACK, listener.port)) for _ in range(MOST_CLIENTS)]
        for _ in devices:
            collected.state(SourceEvent.CONNECTED)
        with socket.create_connection((LOOPBACK, listener.port)) as ninth:
            assert ninth.recv(1) == b""
        devices[-1].sendall(b"A-03-02\n")
        assert collected.scan().text == "A-03-02"
        for device in devices:
            device.close()


def test_a_port_in_use_is_one_sentence_and_is_taken_when_it_is_free(collected: Collected) -> None:
    with socket.create_server((LOOPBACK, 0)) as other:
        port = other.getsockname()[1]
        listener = TcpListener(LOOPBACK, port, PATIENT, time.monotonic)
        with _started(listener, collected):
            busy = collected.state(SourceEvent.LOST)
            other.close()
            while not collected.state(SourceEvent.LOST).detail.startswith("no scanner is connected"):
                pass
    assert busy.detail == f"{LOOPBACK}:{port} is in use by another program; stop that program, or name another port"


def test_a_device_that_serves_is_connected_to_and_again_after_it_went(collected: Collected) -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        port = server.getsockname()[1]
        with _started(tcp_source(LOOPBACK, port, PATIENT, time.monotonic, name="arch"), collected):
            device, _ = server.accept()
            collected.state(SourceEvent.CONNECTED)
            device.sendall(b"A-03-02\r952000")
            assert collected.scan().text == "A-03-02"
            device.close()
            assert collected.state(SourceEvent.PARTIAL).raw == b"952000"
            collected.state(SourceEvent.LOST)
            device, _ = server.accept()
            collected.state(SourceEvent.CONNECTED)
            device.sendall(b"A-03-04\r")
            assert collected.scan().text == "A-03-04"
            device.close()


def test_a_device_that_does_not_listen_is_one_sentence(collected: Collected) -> None:
    with socket.create_server((LOOPBACK, 0)) as free:
        port = free.getsockname()[1]
    with _started(tcp_source(LOOPBACK, port, PATIENT, time.monotonic), collected):
        told = collected.state(SourceEvent.LOST).detail
    assert told == (
        f"nothing listens at {LOOPBACK}:{port}; switch the scanner's network output on, it is tried again by itself"
    )
