"""The one screen: it holds the rows of the present view and nothing else. No focus, no binding, no scrolling."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.screen import Screen

from scanner_client.core.view import View
from screens.rows import Rows


class Shell(Screen[None], inherit_bindings=False):
    AUTO_FOCUS = None
    ALLOW_SELECT = False

    def __init__(self, first: View) -> None:
        super().__init__()
        self.rows = Rows(first)

    def compose(self) -> ComposeResult:
        yield self.rows
