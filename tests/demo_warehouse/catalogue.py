"""What the demo warehouse sells: household goods, of nobody's brand, in families that differ by a few words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

FIRST_ITEM = 1001
FIRST_GTIN, GTIN_STEP = 952_000_012_345, 11
"""GTINs that start with 952 are reserved for examples (GS1 General Specifications, 1.4.5)."""

Words = tuple[str, str]
"""English, Chinese."""


@dataclass(frozen=True, slots=True)
class Family:
    """`name` takes the words of one choice of each axis, in order. `inner` is 0 where there is none.

    `box` and `inner` are base units in a pack.
    """

    name: Words
    unit: str
    box: int
    axes: tuple[Sequence[Words], ...]
    tracking: str = ""
    item_class: str = "household"
    inner: int = 0


@dataclass(frozen=True, slots=True)
class Article:
    code: str
    name: str
    name_zh: str
    gtin: str
    family: Family


def check_digit(payload: str) -> str:
    """GS1 General Specifications, 7.9."""
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(payload)))
    return str(-total % 10)


def pack_gtin(gtin: str, indicator: int) -> str:
    """The GTIN-14 of a pack of the item with this GTIN-13."""
    payload = f"{indicator}{gtin[:-1]}"
    return payload + check_digit(payload)


BLUE, WHITE, GREY, PINK, GREEN = ("blue", "蓝"), ("white", "白"), ("grey", "灰"), ("pink", "粉"), ("green", "绿")
LEMON, JASMINE, ALOE, TEA = ("lemon", "柠檬"), ("jasmine", "茉莉"), ("aloe", "芦荟"), ("green tea", "绿茶")
GINGER, MINT, SALT, CHILD = ("ginger", "生姜"), ("mint", "薄荷"), ("salt", "海盐"), ("kids", "儿童")
SMALL, MIDDLE, LARGE = ("S", "小号"), ("M", "中号"), ("L", "大号")


def _plain(*sizes: str) -> Sequence[Words]:
    return [(size, size) for size in sizes]


def _of(*words: str) -> Sequence[Words]:
    """Words given as `english/中文`."""
    return [(english, chinese) for english, _, chinese in (word.partition("/") for word in words)]


# fmt: off
FAMILIES = (
    Family(
        ("Towel {} {} soft thick", "毛巾{}{} 柔软加厚"), "strip", 12,
        (_plain("30x70", "35x75", "70x140"), (BLUE, WHITE, GREY, PINK, GREEN)), "le", "textile",
    ),
    Family(("Soap {} {}", "香皂{} {}"), "bar", 48, (_plain("125g", "100g"), (LEMON, JASMINE, ALOE, TEA)), inner=4),
    Family(("Hand wash {} {}", "洗手液{} {}"), "bottle", 24, (_plain("300ml", "500ml"), (LEMON, JASMINE, ALOE, TEA))),
    Family(
        ("Toothpaste {} {}", "牙膏{} {}"), "tube", 36, (_plain("120g", "90g"), (MINT, TEA, SALT, CHILD)), "le", "care",
        inner=6,
    ),
    Family(
        ("Toothbrush {} {}", "牙刷{} {}"), "pcs", 72,
        (_of("soft/软毛", "medium/中毛", "kids/儿童"), (BLUE, GREEN, PINK, WHITE)), inner=12,
    ),
    Family(
        ("Mouthwash {} {}", "漱口水{} {}"), "bottle", 12, (_plain("250ml", "500ml"), (MINT, TEA, SALT)), "le", "care"
    ),
    Family(
        ("Shampoo {} {}", "洗发水{} {}"), "bottle", 12, (_plain("400ml", "750ml"), (GINGER, ALOE, TEA, CHILD)), "le",
        "care",
    ),
    Family(
        ("Conditioner {} {}", "护发素{} {}"), "bottle", 12, (_plain("400ml", "750ml"), (GINGER, ALOE, TEA)), "le",
        "care",
    ),
    Family(
        ("Body wash {} {}", "沐浴露{} {}"), "bottle", 12, (_plain("500ml", "1L"), (LEMON, JASMINE, ALOE, SALT)), "le",
        "care",
    ),
    Family(
        ("Tissues {} {}", "纸巾{} {}"), "pack", 24,
        (_of("3-ply/三层", "2-ply/二层"), _of("120 sheets/120抽", "100 sheets/100抽", "80 sheets/80抽")), "", "paper",
    ),
    Family(
        ("Toilet paper {} {}", "卷纸{} {}"), "pack", 8,
        (_of("4-ply/四层", "3-ply/三层"), _of("10 rolls/10卷", "12 rolls/12卷", "24 rolls/24卷")), "", "paper",
    ),
    Family(
        ("Kitchen roll {} {}", "厨房纸{} {}"), "pack", 12,
        (_of("75 sheets/75节", "90 sheets/90节"), _of("2 rolls/2卷", "4 rolls/4卷")), "", "paper",
    ),
    Family(
        ("Wet wipes {} {}", "湿巾{} {}"), "pack", 24,
        (_of("10 pcs/10片", "40 pcs/40片", "80 pcs/80片"), (ALOE, CHILD)), "le", "care", inner=6,
    ),
    Family(
        ("Laundry liquid {} {}", "洗衣液{} {}"), "bottle", 6, (_plain("1kg", "2kg", "3kg"), (LEMON, JASMINE, CHILD))
    ),
    Family(("Washing powder {} {}", "洗衣粉{} {}"), "bag", 10, (_plain("1kg", "2kg"), (LEMON, JASMINE))),
    Family(("Dish liquid {} {}", "洗洁精{} {}"), "bottle", 12, (_plain("500g", "1kg"), (LEMON, GINGER, TEA))),
    Family(
        ("{} cleaner {}", "{}清洁剂{}"), "bottle", 12,
        (_of("Kitchen/厨房", "Bathroom/浴室", "Glass/玻璃"), _plain("500ml", "750ml")),
    ),
    Family(("Bin bags {} {}", "垃圾袋{} {}"), "roll", 50, ((SMALL, MIDDLE, LARGE), (GREY, GREEN))),
    Family(("Rubber gloves {} {}", "橡胶手套{} {}"), "pair", 60, ((SMALL, MIDDLE, LARGE), (PINK, BLUE))),
    Family(("Sponge {}", "海绵擦{}"), "pack", 40, (_of("2 pcs/2片", "5 pcs/5片", "10 pcs/10片"),)),
    Family(
        ("{} with handle", "{} 带杆"), "pcs", 10,
        (_of("Mop/拖把", "Broom/扫把", "Window wiper/玻璃刮", "Dust brush/除尘刷"),),
    ),
    Family(("Hangers 10 pcs {}", "衣架10只 {}"), "pack", 20, ((WHITE, BLUE, GREY),)),
    Family(("Storage box {} {}", "收纳盒{} {}"), "pcs", 12, ((SMALL, MIDDLE, LARGE), (WHITE, GREY, GREEN))),
    Family(("Cup 350ml {}", "水杯350ml {}"), "pcs", 24, ((BLUE, WHITE, GREY, PINK, GREEN),)),
    Family(("Bowl 15cm {}", "饭碗15cm {}"), "pcs", 36, ((BLUE, WHITE, GREY, PINK, GREEN),)),
    Family(("Food bags {}", "保鲜袋{}"), "roll", 60, ((SMALL, MIDDLE, LARGE),)),
    Family(("Cling film {}", "保鲜膜{}"), "roll", 30, (_plain("30cm x 20m", "30cm x 30m", "45cm x 20m"),)),
    Family(
        ("Cotton buds {}", "棉签{}"), "pack", 48,
        (_of("100 pcs/100支", "200 pcs/200支", "500 pcs/500支", "kids 100 pcs/儿童100支"),), "", "care",
    ),
    Family(
        ("Face masks {}", "口罩{}"), "pack", 40,
        (_of("10 pcs/10只", "50 pcs/50只", "kids 10 pcs/儿童10只", "kids 50 pcs/儿童50只"),), "le", "care",
    ),
    Family(
        ("Slippers {} {}", "拖鞋{} {}"), "pair", 30,
        (_of("36-37/36-37码", "38-39/38-39码", "40-41/40-41码", "42-43/42-43码"), (BLUE, GREY, PINK)), "", "textile",
    ),
    Family(("Bath mat 40x60 {}", "地垫40x60 {}"), "pcs", 20, ((BLUE, WHITE, GREY, PINK, GREEN),), "", "textile"),
)
# fmt: on


def articles() -> Iterator[Article]:
    """Every article, numbered in the order of the families."""
    number = 0
    for family in FAMILIES:
        english, chinese = family.name
        for words in product(*family.axes):
            payload = str(FIRST_GTIN + GTIN_STEP * number)
            yield Article(
                code=f"H{FIRST_ITEM + number}",
                name=english.format(*(word[0] for word in words)),
                name_zh=chinese.format(*(word[1] for word in words)),
                gtin=payload + check_digit(payload),
                family=family,
            )
            number += 1
