"""Fields whose value a system outside must know: a form's component names it in its property `check` (`article`: the shop)."""

from typing import Any

from engine.errors import Unavailable
from engine.forms import FieldError, Form
from engine.runtime import Runtime
from engine.services.outside import outside

CHECK, ARTICLE = "check", "article"


def checked_outside(form: Form) -> list[str]:
    """The keys of the fields that the shop is asked about; those within lists or groups are not."""
    return [each.key for each in form.components if each.key and each.properties.get(CHECK) == ARTICLE]


def ask_outside(runtime: Runtime, key: str, value: Any) -> list[FieldError]:
    """What the shop says against a value; nothing where it does not answer, since the process asks again."""
    sku = value.strip() if isinstance(value, str) else ""
    try:
        if not sku or outside(runtime).article(sku) is not None:
            return []
    except Unavailable:
        return []
    zh, en = f"店铺没有商品 {sku}，请核对商品编码。", f"The shop has no article {sku}; check its code."
    return [FieldError(key, zh, en, "article")]
