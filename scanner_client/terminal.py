"""A terminal at work: its home locked, its store in one thread, its conversation with the ledger in another.

Everything that runs a terminal (the window, a play script, a headless run) opens one of these and closes it at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack
from typing import TYPE_CHECKING

from scanner_client.clock import new_uuid7, utc_now
from scanner_client.home import Config, Home
from scanner_client.logs import Log, log
from scanner_client.status import Status, status_in
from scanner_client.store import StoreThread, TerminalStore
from scanner_client.store.identity import Sources

if TYPE_CHECKING:
    from scanner_client.conversation import Conversation
    from scanner_client.core.events import ChoosePin
    from scanner_client.told import Trial
    from sync.core.machine import Mode
    from sync.driver import LineState

PIN_SECONDS = 30.0
"""Longest wait for a PIN to reach the ledger; a request's own timeout is shorter."""


class Terminal:
    """`store` is used only inside work given to `thread.submit`. `line_changed` and `rows_changed` are called in the
    conversation's thread; set them before `start`."""

    def __init__(self, home: Home, config: Config, resources: ExitStack) -> None:
        self.home = home
        self.config = config
        self.store = TerminalStore(home.database, Sources(new_uuid7, utc_now))
        self.thread = StoreThread(self.store)
        self.line_changed: Callable[[LineState], None] = lambda _state: None
        self.rows_changed: Callable[[], None] = lambda: None
        self._resources = resources
        self._talk: Conversation | None = None

    @classmethod
    def open(cls, home: Home, *, doing: str) -> Terminal:
        """Take the home. Raises NotEnrolled, HomeBusy (naming who holds it) or HomeError."""
        config = home.config()
        with ExitStack() as resources:
            resources.enter_context(home.locked(doing))
            resources.callback(Log(home.log).close)
            log("opened", doing=doing, terminal=config.terminal, site=config.site)
            return cls(home, config, resources.pop_all())

    @property
    def terminal(self) -> str:
        return self.config.terminal

    @property
    def site(self) -> str:
        return self.config.site

    # --- the conversation with the ledger

    def start(self, *, offline: bool = False) -> None:
        """Begin to talk to the ledger, in the mode last chosen, or only when asked. Raises StoreError or HomeError."""
        from scanner_client.conversation import Conversation  # noqa: PLC0415  # after the first frame of a window
        from sync.core.machine import Mode  # noqa: PLC0415  # with it

        mode = Mode.OFFLINE if offline else Mode(self.thread.submit(self._mode).result())
        self._talk = Conversation(self, mode)
        self._talk.start()

    def sync_now(self) -> Future[LineState]:
        """Sync whatever the mode and the backoff; done when that exchange has ended."""
        return self._talking().sync_now()

    def look_around(self) -> Future[None]:
        """Hear of the site's terminals, and keep what is heard; done when that is, or when no answer came."""
        return self._talking().look_around()

    def try_out(self, token: str) -> Future[Trial | None]:
        """Ask the ledger what would become of the queue; the answer is kept under this token. None where it could not
        be kept."""
        return self._talking().try_out(token)

    def set_mode(self, mode: Mode) -> None:
        """Stay offline or be automatic, from now on and after a restart. Raises StoreError."""
        self.thread.submit(lambda: self._keep_mode(mode)).result()
        if self._talk is not None:
            self._talk.choose_mode(mode)

    def choose_pin(self, wanted: ChoosePin) -> str:
        """Bring an operator's new PIN to the ledger: `kept`, `refused` or `unreachable`. Waits for the answer, for no
        longer than a request may take; not in the store's thread."""
        try:
            return self._talking().choose_pin(wanted).result(PIN_SECONDS)
        except TimeoutError:
            return "unreachable"

    def status(self) -> Status:
        """Raises StoreError."""
        return self.thread.submit(self._status).result()

    def close(self) -> None:
        """End the conversation, close the store, give the home free. Safe to call twice."""
        if self._talk is not None:
            self._talk.stop()
            self._talk = None
        self.thread.close()
        log("closed")
        self._resources.close()

    def _talking(self) -> Conversation:
        if self._talk is None:
            raise RuntimeError("start() comes before talking to the ledger")
        return self._talk

    # --- in the store's thread

    def _mode(self) -> str:
        with self.store.step() as tx:
            return tx.mode()

    def _keep_mode(self, mode: Mode) -> None:
        with self.store.step() as tx:
            tx.set_mode(mode)

    def _status(self) -> Status:
        with self.store.step() as tx:
            return status_in(tx, running=True)
