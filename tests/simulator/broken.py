"""What a checker raises."""

from __future__ import annotations


class Broken(AssertionError):
    """A property of the system does not hold. `checker` names it."""

    def __init__(self, checker: str, message: str) -> None:
        super().__init__(f"{checker}: {message}")
        self.checker = checker
