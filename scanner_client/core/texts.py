"""The table of texts: one name, one sentence in each language, filled in with named facts.

The table itself is data (`scanner_client/flows/texts.toml`); here is how it is read and asked.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

from msgspec import Struct

LANGUAGES = ("en", "zh_CN")


class TextsError(ValueError):
    """The table of texts cannot be read."""


class Texts(Struct, frozen=True):
    """`table` maps a text's name to its wording by language."""

    table: Mapping[str, Mapping[str, str]]

    def __contains__(self, name: object) -> bool:
        return name in self.table

    def text(self, name: str, language: str, /, **facts: str) -> str:
        """The wording, with `{fact}` filled in. An unknown name is shown as it is: better than an empty prompt."""
        wording = self.table.get(name, {}).get(language) or self.table.get(name, {}).get("en") or name
        for key, value in facts.items():
            wording = wording.replace("{" + key + "}", value)
        return wording


def read_texts(toml: str) -> Texts:
    """Read the table from TOML: `"name" = {en = "…", zh_CN = "…"}`, names may be grouped in tables.

    Raises TextsError naming what is wrong.
    """
    try:
        document = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise TextsError(f"the table of texts is not TOML: {error}") from error
    table: dict[str, Mapping[str, str]] = {}
    _collect(document, "", table)
    return Texts(table)


def _collect(node: Mapping[str, object], prefix: str, table: dict[str, Mapping[str, str]]) -> None:
    for key, value in node.items():
        if not isinstance(value, dict):
            raise TextsError(f"the text {prefix}{key} must have one wording per language")
        if value.keys() & set(LANGUAGES):
            table[prefix + key] = {language: str(wording) for language, wording in value.items()}
        else:
            _collect(value, f"{prefix}{key}.", table)
