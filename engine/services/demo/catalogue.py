"""Articles and names that the demo is made of. All of it is made up."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Article:
    sku: str
    name: str
    price: Decimal
    traits: tuple[str, ...] = ()
    warranty_months: int = 0


def _article(sku: str, name: str, price: str, warranty: int = 0, *traits: str) -> Article:
    return Article(sku, name, Decimal(price), traits, warranty)


ARTICLES = (
    _article("KZ-501", "主动降噪头戴耳机 黑色", "899.00", 12),
    _article("KZ-310", "真无线蓝牙耳机", "299.00", 12),
    _article("PB-200", "22.5W 快充移动电源 20000mAh", "159.00", 12),
    _article("CH-65W", "氮化镓充电器 65W 双口", "129.00", 12),
    _article("KB-087", "机械键盘 87 键 茶轴", "369.00", 24),
    _article("VC-900", "手持无线吸尘器", "1299.00", 24),
    _article("RC-040", "IH 电饭煲 4 升", "599.00", 12),
    _article("AF-550", "可视空气炸锅 5.5 升", "459.00", 12),
    _article("HD-160", "高速吹风机", "329.00", 12),
    _article("TB-012", "声波电动牙刷", "199.00", 12),
    _article("WB-750", "316 不锈钢保温杯 750ml", "119.00"),
    _article("BD-150", "长绒棉四件套 1.5 米床", "429.00"),
    _article("PL-074", "乳胶枕 一对", "259.00"),
    _article("JK-180", "三合一冲锋衣 男款 L", "569.00"),
    _article("SH-042", "轻便跑步鞋 42 码", "339.00"),
    _article("BG-025", "通勤双肩包 25L", "219.00"),
    _article("CR-888", "车厘子礼盒 2.5kg", "268.00", 0, "perishable"),
    _article("CB-006", "大闸蟹礼盒 6 只", "398.00", 0, "perishable"),
    _article("MG-001", "定制照片马克杯", "59.00", 0, "custom"),
    _article("RG-520", "刻字银戒指", "239.00", 0, "custom"),
    _article("SW-365", "办公软件一年订阅码", "298.00", 0, "digital_opened"),
    _article("MZ-012", "地理杂志 全年订阅", "180.00", 0, "press"),
    _article("TY-600", "儿童积木 600 粒", "149.00"),
    _article("LP-010", "护眼台灯", "189.00", 12),
    _article("UW-003", "内裤三条装", "79.00", 0, "no_return_confirmed"),
)
GIFTS = (("GF-001", "耳机收纳盒", "29.90"), ("GF-002", "便携餐具", "19.90"), ("GF-003", "运动毛巾", "25.00"))
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_SHORT_NAMES = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚"
_LONG_NAMES = "桂英建国子涵雨桐浩然思远晓燕文博佳怡志强雅婷俊杰梦瑶宇轩欣怡海燕"
GIVEN_NAMES = (*_SHORT_NAMES, *(_LONG_NAMES[place : place + 2] for place in range(0, len(_LONG_NAMES), 2)))
PLACES = (
    ("浙江省杭州市余杭区", "文一西路"),
    ("上海市浦东新区", "张杨路"),
    ("广东省深圳市南山区", "科技园路"),
    ("北京市朝阳区", "建国路"),
    ("江苏省南京市鼓楼区", "中山北路"),
    ("四川省成都市武侯区", "天府大道"),
    ("湖北省武汉市洪山区", "珞喻路"),
    ("福建省厦门市思明区", "湖滨南路"),
)
CARRIERS = (("顺丰速运", "SF"), ("中通快递", "ZT"), ("圆通速递", "YT"), ("京东物流", "JD"))
METHODS = ("alipay", "wechat", "unionpay")
# What a buyer of an article complains about: (matter, cause, wanted remedy); and what one may of any.
TROUBLES = {
    "KZ-501": ("耳机左耳没有声音，用了三天就坏了", "quality", "exchange"),
    "KZ-310": ("耳机充不进电，仓盖也合不拢", "quality", "exchange"),
    "PB-200": ("移动电源充一次手机就没电，容量不够", "quality", "return_refund"),
    "CH-65W": ("充电器用十分钟就烫手，不敢再用", "quality", "refund"),
    "KB-087": ("键盘空格键按下去弹不起来", "quality", "exchange"),
    "VC-900": ("吸尘器吸力越来越小，还有焦味", "quality", "repair"),
    "RC-040": ("电饭煲煮出来总是夹生，换了水量也一样", "quality", "exchange"),
    "AF-550": ("空气炸锅的玻璃窗到货就有裂纹", "logistics", "exchange"),
    "HD-160": ("吹风机风口掉漆，像是用过的", "quality", "exchange"),
    "TB-012": ("牙刷头型号发错了，装不上", "wrong_item", "exchange"),
    "WB-750": ("快递外箱破损，里面的杯子瘪了", "logistics", "refund"),
    "BD-150": ("收到的四件套颜色和下单的不一样", "wrong_item", "return_refund"),
    "PL-074": ("乳胶枕味道很大，怀疑是假货，防伪码查不到", "counterfeit", "refund"),
    "JK-180": ("冲锋衣拉链洗一次就坏了", "quality", "exchange"),
    "SH-042": ("两只鞋尺码不一样，一只 42 一只 41", "wrong_item", "exchange"),
    "BG-025": ("背包肩带开线，背了两天", "quality", "exchange"),
    "CR-888": ("车厘子到货坏了一半", "logistics", "refund"),
    "CB-006": ("六只蟹到货死了两只", "logistics", "compensation"),
    "MG-001": ("马克杯上的照片印反了", "quality", "refund"),
    "RG-520": ("戒指上的字刻错了一个", "quality", "refund"),
    "SW-365": ("订阅码提示已经被使用", "quality", "refund"),
    "MZ-012": ("杂志两期没有收到", "logistics", "compensation"),
    "TY-600": ("积木少了一袋，拼不完", "quality", "exchange"),
    "LP-010": ("台灯一直闪，看久了眼睛疼", "quality", "return_refund"),
    "UW-003": ("收到的是另一个颜色和尺码", "wrong_item", "exchange"),
}
COMPLAINTS = (
    ("客服说 24 小时回复，等了三天没有消息", "service", "apology"),
    ("买完第二天就降价一百元，要求退差价", "price", "compensation"),
)
TROUBLED = 4
# What customers ask for beside complaining: (description, reason, wanted) of a return; (what, words) of anything else.
RETURNS = (
    ("没有用过，和想的不一样，想退掉", "no_reason", "return_refund"),
    ("收到就是坏的，想换一件", "quality", "exchange"),
)
REQUESTS = (
    ("consultation", "电子发票可以开公司抬头吗？在哪里申请？"),
    ("suggestion", "建议在订单页面写清楚预计送达的时间，免得一直问"),
)
