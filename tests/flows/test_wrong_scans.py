"""Wrong scans, each against another rule: refused aloud, in three rows of 20 cells and in both languages, listed, with
nothing counted or kept.

The rows say what it is, what is wanted and what to do (R11, R40; the screen contract, rule 6).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import pytest
from inbound import TEA, TEA_L9, TOWEL, inbound, receiver
from memory_terminal import Picker, guarded, line, order, picker, stock
from power_tools import DRILL, tools

from scanner_client.core.cells import width
from scanner_client.core.texts import LANGUAGES
from scanner_client.core.view import Size
from scanner_client.flows import shipped_texts
from sync.wire.rows import Item, Location, Row

NARROW = Size(20, 4)
SSCC, HALF, UNKNOWN = "]C100123456789012345675", "]C1010952123", "4006381333931"
Standing = Callable[[], Picker]


@dataclass(frozen=True)
class Wrong:
    """`en` and `zh_CN`: the rows under the status row; where there are two, the third says to scan what is wanted."""

    what: str
    standing: Standing
    code: str
    en: tuple[str, ...]
    zh_CN: tuple[str, ...]  # noqa: N815  # as the language is called

    def rows(self, language: str) -> list[str]:
        told = self.en if language == "en" else self.zh_CN
        return [*told, GO_ON[language]][:3]


GO_ON = {"en": "Scan it>      *=menu", "zh_CN": "扫对即过>     *菜单"}

# --- where people stand -----------------------------------------------------------------------------------------------


def hall() -> list[Row]:
    """The warehouse, with a blocked neighbour, a place of another site, and an order that is done."""
    return [
        *inbound(),
        Location(site="S1", code="A-09-09", blocked=True), Location(site="S2", code="Z-01-01"),
        order("SO-7", "done"), order("SO-6"), order("SO-9"), *line(1, "SOAP", "A-09-09", 1, order="SO-9"),
    ]  # fmt: skip


def at_log_in() -> Picker:
    return Picker(hall(), size=NARROW)


def at_pin() -> Picker:
    return guarded(size=NARROW).scan("B-WANG")


def at_orders() -> Picker:
    return Picker(hall(), size=NARROW).scan("B-WANG").press("1")


def at_location() -> Picker:
    return picker(hall(), size=NARROW)


def at_blocked_location() -> Picker:
    return Picker(hall(), size=NARROW).scan("B-WANG").press("1").scan("SO-9")


def at_item() -> Picker:
    return at_location().scan("A-03-02")


def at_boxes() -> Picker:
    rows = [*inbound(), order("SO-9"), *line(1, "TOWEL", "A-03-02", 24, order="SO-9", unit="box")]
    return Picker(rows, size=NARROW).scan("B-WANG").press("1").scan("SO-9", "A-03-02")


def at_tea() -> Picker:
    rows = [*inbound(), order("SO-9"), *line(1, "TEA", "B-01-01", 2, order="SO-9", lot="L1")]
    return Picker(rows, size=NARROW).scan("B-WANG").press("1").scan("SO-9", "B-01-01")


def at_lot() -> Picker:
    return at_tea().scan(TEA)


def at_other_lot() -> Picker:
    return at_lot().scan("L1").press("*", "4")


def at_serial() -> Picker:
    return Picker(tools(), size=NARROW).scan("B-WANG").press("1").scan("SO-9", "A-03-02", DRILL, "S1")


def at_question() -> Picker:
    return at_item().scan(TOWEL).type("9")


def counting() -> Picker:
    rows = [*inbound(), order("SO-9"), *line(1, "SOAP", "A-03-04", 6, order="SO-9"), stock("A-03-04", "SOAP", 90)]
    return Picker(rows, size=NARROW).scan("B-WANG").press("1").scan("SO-9", "A-03-04", "SOAP")


def at_inbound_orders() -> Picker:
    return receiver(order="", size=NARROW)


def receiving() -> Picker:
    return receiver(rows=hall(), size=NARROW)


def at_blocked() -> Picker:
    return receiver("PO-2", size=NARROW)


def receiving_lot() -> Picker:
    return receiving().scan(TEA)


def receiving_date() -> Picker:
    return receiving().scan(TEA, "L9")


def receiving_tea() -> Picker:
    return receiving().scan(TEA_L9)


def receiving_soap() -> Picker:
    return receiving().scan("SOAP")


def receiving_serial() -> Picker:
    return receiver("PO-9", tools(), size=NARROW).scan(DRILL, "R1")


# --- the tables -------------------------------------------------------------------------------------------------------

PICKING: list[Wrong] = [
    Wrong("a badge nobody has", at_log_in, "B-NOBODY",
          ("NO!B-NOBO~ = unknown", "want a badge"), ("错!B-NOBODY是未知码", "要工牌  未记账")),
    Wrong("an order before anybody has logged in", at_log_in, "SO-1",
          ("NO!SO-1 = order", "want a badge"), ("错!SO-1是订单", "要工牌  未记账")),
    Wrong("a scan where the PIN is typed", at_pin, "2468",
          ("Log in 王芳", "NO!type, do not scan", "PIN         *=cancel"),
          ("登录 王芳 已扫牌", "错!请按键,不要扫", "密码          *取消")),
    Wrong("an inbound order to pick", at_orders, "PO-1",
          ("NO!is inbound order", "want an order", "Scan it>      8more"),
          ("错!这是入库单", "要订单  未记账", "扫对即过>     8下页")),
    Wrong("a cancelled order", at_orders, "SO-3",
          ("NO!order cancelled", "want an order", "Scan it>      8more"),
          ("错!订单已取消", "要订单  未记账", "扫对即过>     8下页")),
    Wrong("an order that is done to pick", at_orders, "SO-7",
          ("NO!order is done", "want an order", "Scan it>      8more"),
          ("错!订单已完成", "要订单  未记账", "扫对即过>     8下页")),
    Wrong("an order without open lines", at_orders, "SO-6",
          ("NO!no open lines", "want an order", "Scan it>      8more"),
          ("错!没有未拣的行", "要订单  未记账", "扫对即过>     8下页")),
    Wrong("an order of nobody", at_orders, "SO-77",
          ("NO!SO-77 = unknown", "want an order", "Scan it>      8more"),
          ("错!SO-77是未知码", "要订单  未记账", "扫对即过>     8下页")),
    Wrong("a neighbour location", at_location, "A-03-04",
          ("NO!A-03-04 = place", "want A-03-02"), ("错!A-03-04是货位", "要A-03-02  未记账")),
    Wrong("a staging place", at_location, "IN-1",
          ("NO!IN-1 = place", "want A-03-02"), ("错!IN-1是货位", "要A-03-02  未记账")),
    Wrong("a blocked neighbour", at_location, "A-09-09",
          ("NO!A-09-09 = place", "want A-03-02"), ("错!A-09-09是货位", "要A-03-02  未记账")),
    Wrong("the line's own location, blocked meanwhile", at_blocked_location, "A-09-09",
          ("NO!blocked: skip, *3", "want A-09-09"), ("错!货位冻结,按*3跳过", "要A-09-09  未记账")),
    Wrong("a location of another site", at_location, "Z-01-01",
          ("NO!Z-01-01 = unknown", "want A-03-02"), ("错!Z-01-01是未知码", "要A-03-02  未记账")),
    Wrong("the item before its location", at_location, TOWEL,
          ("NO!TOWEL = item", "want A-03-02"), ("错!TOWEL是货品", "要A-03-02  未记账")),
    Wrong("another order", at_location, "SO-2",
          ("NO!SO-2 = order", "want A-03-02"), ("错!SO-2是订单", "要A-03-02  未记账")),
    Wrong("a badge", at_location, "B-LI",
          ("NO!li = badge", "want A-03-02"), ("错!li是工牌", "要A-03-02  未记账")),
    Wrong("a licence plate", at_location, SSCC,
          ("NO!1234567~ = pallet", "want A-03-02"), ("错!123456~是托盘标签", "要A-03-02  未记账")),
    Wrong("a reason code", at_location, "CMD:wrong_lot",
          ("NO!wrong_~ = command", "want A-03-02"), ("错!wrong_lot是命令码", "要A-03-02  未记账")),
    Wrong("CONFIRM where nothing is asked", at_location, "CONFIRM",
          ("NO!confirm = command", "want A-03-02"), ("错!confirm是命令码", "要A-03-02  未记账")),
    Wrong("half a barcode", at_location, HALF,
          ("NO!misread code", "want A-03-02"), ("错!条码读错", "要A-03-02  未记账")),
    Wrong("an empty scan", at_location, "",
          ("NO!empty scan", "want A-03-02"), ("错!空条码", "要A-03-02  未记账")),
    Wrong("a code longer than any label", at_location, "A" * 300,
          ("NO!misread code", "want A-03-02"), ("错!条码读错", "要A-03-02  未记账")),
    Wrong("the right code with control bytes in it", at_location, "A-03\x07-02",
          ("NO!A-03?-~ = unknown", "want A-03-02"), ("错!A-03?-02是未知码", "要A-03-02  未记账")),
    Wrong("a code nobody knows", at_location, UNKNOWN,
          ("NO!400638~ = unknown", "want A-03-02"), ("错!40063813~是未知码", "要A-03-02  未记账")),
    Wrong("a neighbour item", at_item, "SOAP",
          ("NO!SOAP = item", "want Towel 30x70 bl~"), ("错!SOAP是货品", "要毛巾30x70蓝 柔软~")),
    Wrong("the location twice", at_item, "A-03-02",
          ("NO!A-03-02 = place", "want Towel 30x70 bl~"), ("错!A-03-02是货位", "要毛巾30x70蓝 柔软~")),
    Wrong("a lot where the item is wanted", at_item, "LOT:L1",
          ("NO!L1 = lot", "want Towel 30x70 bl~"), ("错!L1是批号", "要毛巾30x70蓝 柔软~")),
    Wrong("a date where the item is wanted", at_item, "]C117280131",
          ("NO!2028-01-31 = date", "want Towel 30x70 bl~"), ("错!2028-01-31是效期", "要毛巾30x70蓝 柔软~")),
    Wrong("a serial number without its item", at_item, "]C121A03",
          ("NO!A03 = serial", "want Towel 30x70 bl~"), ("错!A03是序列号", "要毛巾30x70蓝 柔软~")),
    Wrong("an EAN with a wrong check digit", at_item, "]E09520000123452",
          ("NO!misread code", "want Towel 30x70 bl~"), ("错!条码读错", "要毛巾30x70蓝 柔软~")),
    Wrong("digits with the check digit of no GTIN", at_item, "9520000123452",
          ("NO!misread code", "want Towel 30x70 bl~"), ("错!条码读错", "要毛巾30x70蓝 柔软~")),
    Wrong("the item's data in a carrier that is no GS1", at_item, "]C00109520000123451",
          ("NO!010952~ = unknown", "want Towel 30x70 bl~"), ("错!01095200~是未知码", "要毛巾30x70蓝 柔软~")),
    Wrong("a carrier cut off", at_item, "]C",
          ("NO!misread code", "want Towel 30x70 bl~"), ("错!条码读错", "要毛巾30x70蓝 柔软~")),
    Wrong("a web address", at_item, "]Q1https://example.com/towels",
          ("NO!https:~ = unknown", "want Towel 30x70 bl~"), ("错!https://~是未知码", "要毛巾30x70蓝 柔软~")),
    Wrong("a pack instead of a piece", at_item, "19520000123458",
          ("NO!pack too big", "want Towel 30x70 bl~"), ("错!包装太大", "要毛巾30x70蓝 柔软~")),
    Wrong("a piece instead of a pack", at_boxes, TOWEL,
          ("NO!piece,want a pack", "want Towel 30x70 bl~"), ("错!是散件,要整包装", "要毛巾30x70蓝 柔软~")),
    Wrong("the item with a date that is none", at_tea, "]C1010952123454321317991331",
          ("NO!misread code", "want Green tea"), ("错!条码读错", "要绿茶  未记账")),
    Wrong("the item of another lot", at_tea, "]C1010952123454321310L2",
          ("NO!other lot", "want Green tea"), ("错!批号不符", "要绿茶  未记账")),
    Wrong("another lot", at_lot, "L2",
          ("NO!other lot", "want L1  not kept"), ("错!批号不符", "要L1  未记账")),
    Wrong("the item where the lot is wanted", at_lot, TEA,
          ("NO!TEA = item", "want L1  not kept"), ("错!TEA是货品", "要L1  未记账")),
    Wrong("another item's lot label", at_lot, "]C1010952000012345110L1",
          ("NO!TOWEL = item", "want L1  not kept"), ("错!TOWEL是货品", "要L1  未记账")),
    Wrong("an expired lot", at_other_lot, "OLD",
          ("NO!lot has expired", "want a lot label"), ("错!批号已过期", "要批号标签  未记账")),
    Wrong("a blocked lot", at_other_lot, "BAD",
          ("NO!lot is blocked", "want a lot label"), ("错!批号已冻结", "要批号标签  未记账")),
    Wrong("a lot the item never had", at_other_lot, "NEVER",
          ("NO!lot unknown here", "want a lot label"), ("错!批号不存在", "要批号标签  未记账")),
    Wrong("the same serial number twice", at_serial, "S1",
          ("NO!serial twice", "want a serial no"), ("错!序列号重复", "要序列号  未记账")),
    Wrong("an article number for a serial number", at_serial, UNKNOWN,
          ("NO!not a serial no", "want a serial no"), ("错!不是序列号", "要序列号  未记账")),
    Wrong("the item where its serial number is wanted", at_serial, DRILL,
          ("NO!DRILL = item", "want a serial no"), ("错!DRILL是货品", "要序列号  未记账")),
    Wrong("a neighbour item while counting", counting, TOWEL,
          ("NO!TOWEL = item", "want Soap 125g"), ("错!TOWEL是货品", "要香皂125g  未记账")),
    Wrong("a neighbour location while counting", counting, "A-03-02",
          ("NO!A-03-02 = place", "want Soap 125g"), ("错!A-03-02是货位", "要香皂125g  未记账")),
    Wrong("the item as answer to a question", at_question, TOWEL,
          ("NO!TOWEL = item", "want A-03-02"), ("错!TOWEL是货品", "要A-03-02  未记账")),
    Wrong("another location as answer to a question", at_question, "A-03-04",
          ("NO!A-03-04 = place", "want A-03-02"), ("错!A-03-04是货位", "要A-03-02  未记账")),
]  # fmt: skip


RECEIVING: list[Wrong] = [
    Wrong("an outbound order", at_inbound_orders, "SO-1",
          ("NO!not inbound", "want inbound order"), ("错!不是入库单", "要入库单  未记账")),
    Wrong("a cancelled inbound order", at_inbound_orders, "PO-3",
          ("NO!order cancelled", "want inbound order"), ("错!订单已取消", "要入库单  未记账")),
    Wrong("an order that is done", at_inbound_orders, "PO-4",
          ("NO!order is done", "want inbound order"), ("错!订单已完成", "要入库单  未记账")),
    Wrong("another inbound order", receiving, "PO-2",
          ("NO!PO-2 = order", "want goods of order"), ("错!PO-2是订单", "要本单货品  未记账")),
    Wrong("goods of another order", at_blocked, TOWEL,
          ("NO!not on PO:Towel~", "want goods of order"), ("错!单外:毛巾30x70蓝~", "要本单货品  未记账")),
    Wrong("a blocked item", at_blocked, "HONEY",
          ("NO!blocked:Honey", "want goods of order"), ("错!冻结:蜂蜜", "要本单货品  未记账")),
    Wrong("goods of another lot than ordered", at_blocked, TEA_L9,
          ("NO!other lot", "want goods of order"), ("错!批号不符", "要本单货品  未记账")),
    Wrong("expired goods", receiving, "]C101095212345432131720013110L9",
          ("NO!lot has expired", "want goods of order"), ("错!批号已过期", "要本单货品  未记账")),
    Wrong("goods with a date that is none", receiving, "]C1010952123454321317991331",
          ("NO!misread code", "want goods of order"), ("错!条码读错", "要本单货品  未记账")),
    Wrong("goods of a blocked lot", receiving, "]C1010952123454321310BAD",
          ("NO!lot is blocked", "want goods of order"), ("错!批号已冻结", "要本单货品  未记账")),
    Wrong("an EAN with a wrong check digit at the dock", receiving, "]E09520000123452",
          ("NO!misread code", "want goods of order"), ("错!条码读错", "要本单货品  未记账")),
    Wrong("a staging place before any goods", receiving, "IN-1",
          ("NO!IN-1 = place", "want goods of order"), ("错!IN-1是货位", "要本单货品  未记账")),
    Wrong("a badge at the dock", receiving, "B-LI",
          ("NO!li = badge", "want goods of order"), ("错!li是工牌", "要本单货品  未记账")),
    Wrong("a licence plate at the dock", receiving, SSCC,
          ("NO!1234567~ = pallet", "want goods of order"), ("错!123456~是托盘标签", "要本单货品  未记账")),
    Wrong("half a barcode at the dock", receiving, HALF,
          ("NO!misread code", "want goods of order"), ("错!条码读错", "要本单货品  未记账")),
    Wrong("an empty scan at the dock", receiving, "",
          ("NO!empty scan", "want goods of order"), ("错!空条码", "要本单货品  未记账")),
    Wrong("a code nobody knows at the dock", receiving, UNKNOWN,
          ("NO!unknown:04006381~", "want goods of order", "1 take it in>"),
          ("错!未知:04006381333~", "要本单货品  未记账", "1 按未知货品收>")),
    Wrong("a serial number without its item at the dock", receiving, "]C121A03",
          ("NO!A03 = serial", "want goods of order"), ("错!A03是序列号", "要本单货品  未记账")),
    Wrong("another item at the lot prompt", receiving_lot, TOWEL,
          ("NO!TOWEL = item", "want a lot label"), ("错!TOWEL是货品", "要批号标签  未记账")),
    Wrong("another item's lot", receiving_lot, "]C1010952000012345110L9",
          ("NO!TOWEL = item", "want a lot label"), ("错!TOWEL是货品", "要批号标签  未记账")),
    Wrong("an article number for a lot", receiving_lot, UNKNOWN,
          ("NO!not a lot", "want a lot label"), ("错!不是批号", "要批号标签  未记账")),
    Wrong("a lot longer than a lot can be", receiving_lot, "L" * 21,
          ("NO!not a lot", "want a lot label"), ("错!不是批号", "要批号标签  未记账")),
    Wrong("an expired lot at the dock", receiving_lot, "OLD",
          ("NO!lot has expired", "want a lot label"), ("错!批号已过期", "要批号标签  未记账")),
    Wrong("a lot where the date is wanted", receiving_date, "L1",
          ("NO!L1 = lot", "want date, YYMMDD"), ("错!L1是批号", "要效期 年月日6位")),
    Wrong("a date that has passed", receiving_date, "]C117200131",
          ("NO!lot has expired", "want date, YYMMDD"), ("错!批号已过期", "要效期 年月日6位")),
    Wrong("a day that no month has", receiving_date, "]C117280231",
          ("NO!misread code", "want date, YYMMDD"), ("错!条码读错", "要效期 年月日6位")),
    Wrong("another item while counting goods in", receiving_tea, "SOAP",
          ("NO!SOAP = item", "want Green tea"), ("错!SOAP是货品", "要绿茶  未记账")),
    Wrong("another lot while counting goods in", receiving_tea, TEA_L9[:-1] + "8",
          ("NO!other lot;bay 1st", "want Green tea"), ("错!别的批,先扫暂存位", "要绿茶  未记账")),
    Wrong("a shelf for a staging place", receiving_soap, "A-03-02",
          ("NO!no bay:A-03-02", "want a bay label"), ("错!非暂存位:A-03-02", "要暂存位标签  未记账")),
    Wrong("a tote for a staging place", receiving_soap, "T-7",
          ("NO!no bay:T-7", "want a bay label"), ("错!非暂存位:T-7", "要暂存位标签  未记账")),
    Wrong("a blocked staging place", receiving_soap, "IN-2",
          ("NO!blocked:IN-2", "want a bay label"), ("错!冻结:IN-2", "要暂存位标签  未记账")),
    Wrong("a place of another site for a staging place", receiving_soap, "Z-01-01",
          ("NO!Z-01-01 = unknown", "want a bay label"), ("错!Z-01-01是未知码", "要暂存位标签  未记账")),
    Wrong("the order where the place is wanted", receiving_soap, "PO-1",
          ("NO!PO-1 = order", "want a bay label"), ("错!PO-1是订单", "要暂存位标签  未记账")),
    Wrong("the same serial number twice at the dock", receiving_serial, "R1",
          ("NO!serial twice", "want a serial no"), ("错!序列号重复", "要序列号  未记账")),
    Wrong("a serial number that is here already", receiving_serial, "S1",
          ("NO!serial twice", "want a serial no"), ("错!序列号重复", "要序列号  未记账")),
]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("wrong", [*PICKING, *RECEIVING], ids=lambda wrong: wrong.what)
def test_a_wrong_scan_is_refused_in_three_rows_that_say_what_it_is_what_is_wanted_and_what_to_do(
    wrong: Wrong, language: str
) -> None:
    terminal = in_language(wrong.standing(), language)
    before, kept, listed = terminal.view, len(terminal.kept), len(terminal.store.journal)
    terminal.scan(wrong.code)
    assert [row.rstrip() for row in terminal.view.rows[1:]] == wrong.rows(language)
    assert (terminal.heard[-1], terminal.shown.signals) == ("refused", ("refused",))
    assert terminal.view.step in (before.step, "stray")
    assert (len(terminal.kept), terminal.view.asked) == (kept, before.asked)
    kinds = [(kind, entry.get("raw"), entry.get("accepted")) for kind, entry in terminal.store.journal[listed:]]
    assert kinds == [("pin", None, None) if wrong.standing is at_pin else ("scan", wrong.code, False)]


def in_language(terminal: Picker, language: str) -> Picker:
    """The same place for a person who reads this language."""
    if terminal.view.language == language:
        return terminal
    if terminal.view.kind == "pin":
        wang = terminal.store.live[("operator", "wang")]
        terminal.store.live[("operator", "wang")] = msgspec.structs.replace(wang, language=language)
        return terminal.press("*").scan("B-WANG")
    return terminal.press("*", "8")


@pytest.mark.parametrize("rows", [PICKING, RECEIVING], ids=["picking", "receiving"])
def test_there_are_at_least_25_and_no_two_break_the_same_rule(rows: list[Wrong]) -> None:
    assert len(rows) >= 25
    assert len({(wrong.standing, wrong.code) for wrong in rows}) == len(rows)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_reason_of_a_refusal_is_cut_at_the_smallest_screen(language: str) -> None:
    """Rule 2: what it is never yields. A reason that names goods or a place may shorten their name."""
    texts, error = shipped_texts(), shipped_texts().text("frame.error_narrow", language)
    told = {name: texts.text(name, language) for name in texts.table if name.startswith("refuse.")}
    room = NARROW.width - width(error)
    assert {name: text for name, text in told.items() if "{" not in text and width(text) > room} == {}


def test_a_code_that_broke_off_is_refused_and_listed_and_means_nothing_whatever_it_looks_like() -> None:
    """X3"""
    terminal = at_location().break_off("A-03-02")
    assert (terminal.heard[-1], terminal.view.step) == ("refused", "location")
    assert [row.rstrip() for row in terminal.view.rows[1:3]] == ["NO!cut off: rescan", "want A-03-02"]
    assert terminal.store.journal[-1] == ("partial", {"raw": "A-03-02", "step": "location", "by": "wang"})
    assert terminal.scan("A-03-02").view.step == "item"


def test_a_code_that_broke_off_closes_the_menu_and_what_was_typed_goes_with_it() -> None:
    terminal = counting().press("9", "*").break_off("SO")
    assert not terminal.state.menu
    assert terminal.view.entry == ""
    assert terminal.kept == []


def test_where_a_pack_is_wanted_its_code_is_named_and_not_that_of_the_piece() -> None:
    terminal = at_boxes().scan(TOWEL)
    terminal.shown = terminal.runtime.resize(Size(40, 8))
    assert "19520000123458" in terminal.view.text
    assert TOWEL not in terminal.view.text.replace("19520000123458", "")


def test_pieces_of_a_line_ordered_by_the_pack_are_taken_deliberately() -> None:
    terminal = at_boxes().scan(TOWEL, "CONFIRM", TOWEL)
    assert (terminal.view.step, terminal.view.asked.count) == ("quantity", "2")


def test_confirm_takes_no_piece_where_none_was_refused() -> None:
    assert at_boxes().scan("CONFIRM").heard[-1] == "refused"


def test_a_long_name_yields_to_the_reason_of_the_refusal() -> None:
    rows = [*inbound(), Item(code="LONG", name="Extra long name of an item")]
    assert receiver(rows=rows, size=NARROW).scan("LONG").view.rows[1] == "NO!not on PO:Extra~ "
