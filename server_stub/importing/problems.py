"""Why an import cannot start. What is wrong with single rows is no exception; it stands in the account of the rows."""

from __future__ import annotations


class ImportProblem(Exception):
    """Nothing was imported. The message names the file or setting, the cause and the cure."""


class UnreadableFile(ImportProblem):
    """The file is missing, has an unknown form, or its structure is broken."""


class BadMapping(ImportProblem):
    """The mapping file cannot be used, or does not fit the file's header."""
