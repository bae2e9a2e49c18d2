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
COMPLAINTS = (
    ("耳机左耳没有声音，用了三天就坏了", "quality", "exchange"),
    ("收到的颜色和下单的不一样", "wrong_item", "return_refund"),
    ("快递外箱破损，里面的杯子碎了", "logistics", "refund"),
    ("客服说 24 小时回复，等了三天没有消息", "service", "apology"),
    ("买完第二天就降价一百元，要求退差价", "price", "compensation"),
    ("怀疑是假货，防伪码查不到", "counterfeit", "refund"),
)
# What customers ask for beside complaining: (description, reason, wanted) of a return; (what, words) of anything else.
RETURNS = (
    ("尺码偏小，没有穿过，想退掉", "no_reason", "return_refund"),
    ("开机没反应，换了插座也一样，想换一台", "quality", "exchange"),
)
REQUESTS = (
    ("consultation", "电子发票可以开公司抬头吗？在哪里申请？"),
    ("suggestion", "建议在订单页面写清楚预计送达的时间，免得一直问"),
)
