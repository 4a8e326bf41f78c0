"""What a checker raises."""

from __future__ import annotations


class Broken(AssertionError):
    """A property of the system does not hold. `checker` names it."""

    def __init__(self, checker: str, message: str) -> None:
        super().__init__(checker, message)
        self.checker, self.message = checker, message

    def __str__(self) -> str:
        return f"{self.checker}: {self.message}"
