"""A window in tmux: another terminal than that of `pty_window`, with widths of its own. It types and reads."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pty_window import BEAT_S, PATIENCE_S, ROOT, RUN

from scanner_client.core.view import Size
from scanner_client.home import Home


class Tmux:
    """A session of its own server, which holds one window."""

    def __init__(self, socket: Path, command: list[str], size: Size) -> None:
        self._socket = socket
        self._run("-f", "/dev/null", "new-session", "-d", "-x", str(size.width), "-y", str(size.height), *command)
        self._run("set-option", "-g", "remain-on-exit", "on")  # what the program said last is read too
        self._run("set-option", "-g", "status", "off")
        self._run("set-option", "-g", "window-size", "manual")
        self.resize(size)

    def _run(self, *words: str) -> str:
        command = ["tmux", "-u", "-S", str(self._socket), *words]
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC", "TMUX": "", "PYTHONPATH": str(ROOT)}
        return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout

    def resize(self, size: Size) -> None:
        self._run("resize-window", "-x", str(size.width), "-y", str(size.height))

    def send(self, text: str) -> None:
        """All at once, as a scanner types."""
        self._run("set-buffer", text, ";", "paste-buffer", "-r")

    def rows(self) -> list[str]:
        return [row.rstrip() for row in self._run("capture-pane", "-p").splitlines()]

    def wait_for(self, seen: Callable[[], bool], what: str) -> None:
        beat, deadline = threading.Event(), threading.Event()
        timer = threading.Timer(PATIENCE_S, deadline.set)
        timer.start()
        try:
            while not seen():
                shown = "\n".join(self.rows())
                assert not deadline.is_set(), f"in vain: {what}\nwhat stands there:\n{shown}"
                beat.wait(BEAT_S)
        finally:
            timer.cancel()

    def close(self) -> None:
        self._run("kill-server")


@contextmanager
def in_tmux(home: Home, language: str, size: Size) -> Iterator[Tmux]:
    """`scanner run` in a window of this size."""
    with tempfile.TemporaryDirectory() as short:
        program = [sys.executable, *RUN, "--home", str(home.path), "--lang", language]
        session = Tmux(Path(short) / "s", ["env", f"--chdir={ROOT}", *program], size)
        try:
            yield session
        finally:
            session.close()
