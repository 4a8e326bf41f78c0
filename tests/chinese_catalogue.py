"""A made-up Chinese catalogue: household goods whose names share beginnings, sizes and colours, as real ones do.

Drawn by a generator with a seed, so that every run has the same one; nothing of it is anybody's data.
"""

from __future__ import annotations

from itertools import product
from random import Random

_TEXTILES = ("毛巾", "浴巾", "方巾", "地巾", "枕套", "床单", "被套", "桌布")
_SIZES = ("30x70", "34x76", "70x140", "80x160", "120x200", "150x200")
_COLOURS = ("蓝", "浅蓝", "深蓝", "灰", "浅灰", "白", "米白", "粉")
_MAKES = ("柔软加厚", "柔软速干", "纯棉加厚", "纯棉", "竹纤维", "")
_LIQUIDS = ("洗发水", "沐浴露", "洗手液", "洗洁精", "洗衣液", "护发素")
_CONTENTS = ("100ml", "250ml", "400ml", "500ml", "750ml", "1L", "2L补充装")
_SCENTS = ("薄荷", "柠檬", "薰衣草", "无香", "去屑薄荷", "去屑柠檬", "儿童型")
_PIECES = ("牙刷软毛", "牙刷中毛", "牙刷儿童", "香皂125g", "香皂90g", "纸巾三层", "纸巾四层", "垃圾袋45x50")
_PACKS = ("单支", "2支装", "3支装", "6支装", "10支装", "家庭装")


def catalogue(count: int = 500, seed: int = 42) -> dict[str, str]:
    """Names by item code: EAN-13 of the range for restricted circulation."""
    names = [f"{what}{size}{colour} {make}".strip() for what, size, colour, make in
             product(_TEXTILES, _SIZES, _COLOURS, _MAKES)]  # fmt: skip
    names += [f"{what}{content} {scent}" for what, content, scent in product(_LIQUIDS, _CONTENTS, _SCENTS)]
    names += [f"{what} {pack}" for what, pack in product(_PIECES, _PACKS)]
    chosen = Random(seed).sample(names, count)
    return {_ean(2_000_000 + 7 * place): name for place, name in enumerate(chosen)}


def _ean(number: int) -> str:
    digits = f"20{number:010d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return digits + str(-total % 10)
