"""What a form says about a wrong value, in both languages of the interface."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """`code` is stable; the sentences are for people."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class FieldError:
    """One wrong value; `path` is where it is, as `items[0].sku`, and `code` what is wrong with it."""

    path: str
    message_zh: str
    message_en: str
    code: str = ""


_SENTENCES = {
    "required": ("此项必填。", "This field is required."),
    "text": ("请填写文字。", "Enter text."),
    "number": ("请填写数字。", "Enter a number."),
    "integer": ("请填写整数。", "Enter a whole number."),
    "decimals": ("最多 {limit} 位小数。", "Use at most {limit} decimal digits."),
    "step": (
        "请填写 {step} 的倍数，最接近的是 {low} 和 {high}。",
        "Use a multiple of {step}; nearest: {low} and {high}.",
    ),
    "min": ("不能小于 {limit}。", "Must be at least {limit}."),
    "max": ("不能大于 {limit}。", "Must be at most {limit}."),
    "min_length": ("至少 {limit} 个字符。", "Use at least {limit} characters."),
    "max_length": ("最多 {limit} 个字符。", "Use at most {limit} characters."),
    "limit": ("此项的限制设置有误，请联系管理员。", "This field's limit is not a number; tell an administrator."),
    "pattern": ("格式不符合要求：{pattern}。", "Must match the pattern {pattern}."),
    "email": ("请填写有效的电子邮箱。", "Enter a valid e-mail address."),
    "phone": (
        "请填写带国家代码的电话号码，例如 +8613800138000。",
        "Enter an international phone number, such as +4930664040900.",
    ),
    "option": ("所选项已不在选项中，请重新选择。", "This is not one of the options; choose again."),
    "boolean": ("请选择是或否。", "Answer yes or no."),
    "list": ("请以列表填写。", "This must be a list."),
    "object": ("此处的数据格式有误。", "The data here must be an object."),
    "rows": ("应为 {count} 行。", "There must be {count} rows."),
    "min_rows": ("至少 {limit} 行。", "Add at least {limit} rows."),
    "max_rows": ("最多 {limit} 行。", "There may be at most {limit} rows."),
    "date": ("请填写有效的日期，例如 2026-01-31。", "Enter a valid date, such as 2026-01-31."),
    "time": ("请填写有效的时间，例如 14:30。", "Enter a valid time, such as 14:30."),
    "datetime": ("请填写有效的日期和时间。", "Enter a valid date and time."),
    "past": ("日期不能早于今天。", "The date must not be in the past."),
    "earliest": ("不能早于 {limit}。", "Must not be before {limit}."),
    "latest": ("不能晚于 {limit}。", "Must not be after {limit}."),
    "file": ("请选择文件。", "Choose a file."),
    "one_file": ("只能选择一个文件。", "Choose one file only."),
}


def message(code: str, **values: object) -> Message:
    """The message with that code, its blanks filled in."""
    zh, en = _SENTENCES[code]
    return Message(code, zh.format(**values), en.format(**values))
