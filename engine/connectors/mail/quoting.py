"""What is new in a reply: the part above what its client quoted, in Chinese and English. One pass, line by line."""

import re

# A line that a client puts above what it quotes. Each pattern is anchored and bounded, so that no mail can make it slow.
_TITLES = "原始邮件|原邮件|转发邮件信息|回复的原邮件|Original Message|Forwarded message"
_HEADS = (
    re.compile(rf"^[-_=\s]{{0,20}}({_TITLES})[-_=\s:：]{{0,20}}$", re.IGNORECASE),
    re.compile(r"^[_-]{10,}\s*$"),
    re.compile(r"^(On|Am|Le)\b.{5,200}\b(wrote|schrieb|écrit)\s?:\s*$"),
    re.compile(r"^.{0,200}(写道|寫道|的邮件|来信)\s?[:：]\s*$"),
    re.compile(r"^在.{3,200}(，|,|写|来).{0,60}[:：]\s*$"),
    re.compile(r"^\s{0,4}\d{4}.{2,80}<[^<>\s]{3,200}>\s?(写道|wrote)?\s?[:：]\s*$"),
)
_FIELDS = "发件人|寄件人|From|发送时间|日期|Sent|Date|收件人|To|主题|Subject|抄送|Cc"
_FIELD = re.compile(rf"^[*\s]{{0,4}}({_FIELDS})[*\s]{{0,4}}[:：]", re.IGNORECASE)
_SIGNATURE = re.compile(r"^(-- |--|发自我的.{0,40}|来自我的.{0,40}|Sent from my .{0,60}|Get Outlook for .{0,40})$")


def new_part(text: str) -> str:
    """The text without what it quotes and without a signature; the whole text when nothing would be left."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept: list[str] = []
    for place, line in enumerate(lines):
        stripped = line.strip()
        if _begins_quote(lines, place, stripped) or _SIGNATURE.match(line.rstrip("\n")):
            break
        if not stripped.startswith(">"):
            kept.append(line)
    found = "\n".join(kept).strip()
    return found or text.strip()


def _begins_quote(lines: list[str], place: int, line: str) -> bool:
    if any(head.match(line) for head in _HEADS):
        return True
    # Two header lines under each other are a quoted head; one alone may be what the customer writes.
    if _FIELD.match(line):
        following = next((other.strip() for other in lines[place + 1 : place + 3] if other.strip()), "")
        return bool(_FIELD.match(following))
    return False
