"""What is fixed in the demo warehouse because the first minute, the frames and the guides tell of it."""

from __future__ import annotations

from demo_warehouse.layout import HARBOUR, MAIN

HERO = "Towel 30x70 blue soft thick"
"""The article that both pickers take."""

HERO_MONTHS = (11, 18)
"""Its lots were made in these months, counted from January 2024."""

HERO_BOXES = 15
"""In its first bin; the office takes off what is beyond `BOXES_SEEN` after the tasks were made."""

BOXES_SEEN = 12

SHELVES = {
    "A-01-02": "Toothbrush soft blue",
    "A-01-07": "Hand wash 300ml lemon",
    "A-02-11": "Soap 125g lemon",
    "A-03-02": HERO,
    "A-03-04": "Soap 125g jasmine",
    "A-03-05": "Shampoo 400ml ginger",
    "A-04-01": "Tissues 3-ply 120 sheets",
    "A-04-08": "Toothpaste 120g mint",
}
"""Where the articles of the first minute lie in the main building."""

FIRST_ORDER, SECOND_ORDER = "SO-1042", "SO-1043"
FIRST_LINES = (("A-02-11", 2, ""), ("A-03-02", 8, "box"), ("A-03-05", 6, ""), ("A-04-01", 24, ""), ("A-04-08", 10, ""))
"""The first lines of the first order in walking order: shelf, quantity, unit."""

SECOND_HERO_BOXES = 7
FIRST_ORDER_LINES = 17

EXPIRED_LOT, EXPIRED_ON = "L2206", "2025-06-30"

OPERATORS = (
    ("WANG", "王芳", "EMP1001", f"{MAIN}: picker", "zh_CN", "yes"),
    ("LI", "李文", "EMP1002", "picker supervisor", "zh_CN", "yes"),
    ("ZHAO", "赵兰", "EMP1003", f"{MAIN}: receiver", "zh_CN", "yes"),
    ("CHEN", "陈伟", "EMP1004", f"{MAIN}: picker receiver", "zh_CN", "yes"),
    ("ANNA", "Anna Berg", "EMP1005", f"{MAIN}: picker", "en", "yes"),
    ("TOM", "Tom Reed", "EMP1006", f"{MAIN}: receiver", "en", "yes"),
    ("GRACE", "Grace Hill", "EMP1007", f"{MAIN}: picker supervisor", "en", "yes"),
    ("SUN", "孙丽", "EMP1008", "manager", "zh_CN", "yes"),
    ("ZHOU", "周宁", "EMP1009", f"{HARBOUR}: picker", "zh_CN", "yes"),
    ("WU", "吴静", "EMP1010", f"{HARBOUR}: receiver", "zh_CN", "yes"),
    ("MARCO", "Marco Neri", "EMP1011", f"{HARBOUR}: picker supervisor", "en", "yes"),
    ("QIAN", "钱磊", "EMP1012", f"{MAIN}: picker", "zh_CN", "no"),
)
"""Code, name, badge, roles, language, active. The last one has left."""

PARTNERS = (
    ("C101", "兰溪百货 Lanxi Store", "customer"),
    ("C102", "青石便利 Greystone Mart", "customer"),
    ("C103", "晨光社区店 Morning Corner", "customer"),
    ("C104", "云岭客栈 Cloudridge Inn", "customer"),
    ("C105", "南湾酒店 South Bay Hotel", "customer"),
    ("C106", "小满家居 Xiaoman Home", "customer"),
    ("C107", "枫桥学校 Maplebridge School", "customer"),
    ("C108", "河畔诊所 Riverside Clinic", "customer"),
    ("C109", "老街杂货 Old Lane Grocer", "customer"),
    ("C110", "海角民宿 Cape Guesthouse", "customer"),
    ("S201", "棉田纺织 Cottonfield Textiles", "supplier"),
    ("S202", "泉水日化 Springwater Care", "supplier"),
    ("S203", "白桦纸业 Whitebirch Paper", "supplier"),
    ("S204", "松木家用 Pinewood Housewares", "supplier"),
)
