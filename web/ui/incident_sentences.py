"""What the engine says about an incident, in Chinese: its own sentences; what a worker or a service outside says stays as it is."""

from __future__ import annotations

import re

from flask import Flask
from flask_babel import get_locale

_WHATS = {
    "Active elements": "要激活的元素",
    "Assignee": "办理人",
    "Called process": "被调用的流程",
    "Candidate groups": "候选组",
    "Candidate users": "候选人",
    "Completion condition": "完成条件",
    "Condition": "条件",
    "Correlation key": "关联键",
    "Decision id": "决策编号",
    "Due date": "到期时间",
    "Follow-up date": "跟进时间",
    "Form id": "表单编号",
    "Form reference": "表单引用",
    "Input collection": "输入集合",
    "Input mapping": "输入映射",
    "Job retries": "作业重试次数",
    "Job type": "作业类型",
    "Listener retries": "监听器重试次数",
    "Listener type": "监听器类型",
    "Message name": "消息名",
    "Output element": "输出元素",
    "Output mapping": "输出映射",
    "Priority": "优先级",
    "Script": "脚本",
    "Signal name": "信号名",
    "Timer": "定时器",
    "error code": "错误码",
    "escalation code": "升级码",
}
_KINDS = {
    "null": "空值",
    "boolean": "布尔值",
    "number": "数字",
    "string": "文本",
    "date": "日期",
    "time": "时间",
    "date and time": "日期时间",
    "years and months duration": "年月时长",
    "days and time duration": "日时时长",
    "list": "列表",
    "context": "上下文",
    "range": "区间",
    "function": "函数",
}
_WANTED = {
    "true or false": "真或假",
    "a text": "文本",
    "a list of texts": "文本列表",
    "a number": "数字",
    "a list": "列表",
    "a date and time": "日期时间",
    "from 0 to 100": "0 到 100",
}
_THINGS = {"process": "流程", "decision": "决策", "form": "表单", "definition": "定义"}
_what = "|".join(map(re.escape, _WHATS))
_kind = "|".join(sorted(map(re.escape, _KINDS), key=len, reverse=True))
_thing = "|".join(_THINGS)
_wanted = "|".join(sorted(map(re.escape, _WANTED), key=len, reverse=True))
# A pattern for each sentence, in the order in which they are looked for; groups named what, kind, kind2, thing and wanted are words above.
_SENTENCES = [
    (rf"(?P<what>{_what}) of '(?P<id>[^']*)': '(?P<text>.*?)' gave null\.", "“{id}”的{what}：“{text}”得到空值。"),
    (rf"(?P<what>{_what}) of '(?P<id>[^']*)': '(?P<text>.*?)' gave (?P<value>.*?), not (?P<wanted>{_wanted})\.",
     "“{id}”的{what}：“{text}”得到 {value}，应为{wanted}。"),
    (r"Property '(?P<name>[^']*)' of '(?P<id>[^']*)': '(?P<text>.*?)' gave null\.", "“{id}”的属性“{name}”：“{text}”得到空值。"),
    (rf"(?P<what>{_what}) of '(?P<id>[^']*)': '(?P<text>.*?)' is no date and time\.",
     "“{id}”的{what}：“{text}”不是日期时间。"),
    (rf"(?P<what>{_what}) of '(?P<id>[^']*)' is (?P<value>.*?), not (?P<wanted>{_wanted})\.",
     "“{id}”的{what}是 {value}，应为{wanted}。"),
    (rf"(?P<what>{_what}) of '(?P<id>[^']*)':", "“{id}”的{what}："),
    (r"There is no variable '(?P<name>[^']*)'\.", "没有变量“{name}”。"),
    (r"There is no function '(?P<name>[^']*)'\.", "没有函数“{name}”。"),
    (rf"(?P<name>\S+) does not apply to (?P<kind>{_kind}) and (?P<kind2>{_kind})\.", "{name} 不能用于{kind}和{kind2}。"),
    (rf"(?P<name>\S+) does not apply to (?P<kind>{_kind})\.", "{name} 不能用于{kind}。"),
    (rf"(?P<kind>{_kind}) and (?P<kind2>{_kind}) cannot be compared\.", "{kind}和{kind2}不能比较。"),
    (r"(?P<name>\S+)\(\) does not take these arguments\.", "{name}() 不接受这些参数。"),
    (r"(?P<name>\S+)\(\) failed:", "{name}() 失败："),
    (r"No condition at '(?P<id>[^']*)' holds and there is no default flow to take\.",
     "“{id}”的条件都不成立，也没有默认流向。"),
    (r"An error with code '(?P<name>[^']*)' was thrown at '(?P<id>[^']*)', but nothing catches it\.",
     "“{id}”抛出了错误码“{name}”，但没有任何地方捕获。"),
    (r"The process went through (?P<name>\d+) elements without waiting for anything\.",
     "流程连续走过 {name} 个元素而没有等待，可能是死循环。"),
    (r"'(?P<id>[^']*)' has no elements to activate named (?P<name>\[.*?\])\.", "“{id}”里没有要激活的元素 {name}。"),
    (r"The output collection '(?P<id>[^']*)' is (?P<value>.*?), not a list\.", "输出集合“{id}”是 {value}，不是列表。"),
    (rf"There is no deployed (?P<thing>{_thing}) '(?P<id>[^']*)'\.", "没有已部署的{thing}“{id}”。"),
    (rf"There is no deployed (?P<thing>{_thing}) '(?P<id>[^']*)' for the binding '(?P<name>\w+)'\.",
     "没有已部署的{thing}“{id}”（绑定方式 {name}）。"),
    (rf"The (?P<thing>{_thing}) with key (?P<id>\d+) was deleted; use another version\.", "{thing}（{id}）已被删除，请改用其他版本。"),
    (rf"There is no deployed (?P<thing>{_thing}) with key (?P<id>\d+)\.", "没有已部署的{thing}（{id}）。"),
    (r"Calls are nested (?P<name>\d+) deep; a process seems to call itself without end\.",
     "调用嵌套了 {name} 层，流程似乎在无休止地调用自己。"),
    (r"Decision table (?P<id>.+?): only one rule may match \(hit policy UNIQUE\), but (?P<value>.+?) do\.",
     "决策表“{id}”：只能有一条规则命中（UNIQUE），但命中了 {value}。"),
    (r"Decision table (?P<id>.+?): the rules that match must agree \(hit policy ANY\), but (?P<value>.+?) do not\.",
     "决策表“{id}”：命中的规则结果必须一致（ANY），但 {value} 不一致。"),
    (r"Decision table (?P<id>.+?): (?P<value>.+?) is not among the allowed values of its input (?P<name>.+?)\.(?= |$)",
     "决策表“{id}”：{value} 不在输入“{name}”的允许值之内。"),
    (r"Decision table (?P<id>.+?): (?P<value>.+?) of rule (?P<rule>\d+) is not among the allowed values of output (?P<name>.+?)\.(?= |$)",
     "决策表“{id}”：规则 {rule} 的 {value} 不在输出“{name}”的允许值之内。"),
    (r"The job failed\.", "作业失败。"),
    (rf"A (?P<kind>{_kind}) has no property '(?P<id>[^']*)'\.", "{kind}没有属性“{id}”。"),
    (rf"A (?P<kind>{_kind}) is not a function\.", "{kind}不是函数。"),
    (rf"A range cannot go from (?P<kind>{_kind}) to (?P<kind2>{_kind})\.", "区间不能从{kind}到{kind2}。"),
    (r"The context has no entry '(?P<id>[^']*)'\.", "上下文里没有“{id}”。"),
    (r"The context has the same entry twice\.", "上下文里有重复的条目。"),
    (r"The list has (?P<name>\d+) items, so there is none at the position asked for\.", "列表只有 {name} 项，没有所要的那一项。"),
    (r"The argument (?P<id>.+?) does not have the type (?P<name>.+?)\.(?= |$)", "参数“{id}”的类型不是 {name}。"),
    (r"The function takes the arguments (?P<name>.+?)\.(?= |$)", "函数的参数是 {name}。"),
    (r"The result of (?P<name>\S+) cannot be represented\.", "{name} 的结果超出范围。"),
    (r"(?P<name>\S+)\(\) has no result:", "{name}() 没有结果："),
    (r"(?P<name>\S+)\(\) is null for these arguments\.", "{name}() 对这些参数得到空值。"),
    (r"The test does not apply to this value\.", "这个检验不适用于该值。"),
    (r"There is nothing after in\.|There is nothing to go over\.", "没有可以遍历的内容。"),
    (r"between needs two ends that are not null\.", "between 需要两个非空的端点。"),
    (r"The evaluation goes too deep\.", "求值嵌套太深。"),
    (r"The evaluation takes too much memory\.", "求值占用内存太多。"),
    (r"Functions may call each other at most (?P<name>\d+) deep\.", "函数互相调用最多 {name} 层。"),
    (r"The regular expression takes too long on this text\.", "正则表达式在这段文本上耗时太长。"),
    (r"@'(?P<id>[^']*)' is not a date, time or duration\.", "@“{id}”不是日期、时间或时长。"),
    (r"There is no such date\.", "没有这样的日期。"),
    (r"There is no such time zone\.", "没有这样的时区。"),
    (r"The duration is too long\.", "时长太长。"),
    (r"The evaluation handles too much data; make its lists or loops smaller\.", "求值的数据太多，请缩小列表或循环。"),
    (r"The evaluation takes longer than a second; make its lists or loops smaller\.", "求值超过一秒，请缩小列表或循环。"),
    (r"A list may have at most (?P<name>\d+) items\.", "列表最多 {name} 项。"),
    (r"A text may have at most (?P<name>\d+) characters\.", "文本最多 {name} 个字符。"),
]  # fmt: skip
_READ = [(re.compile(pattern, re.DOTALL), said) for pattern, said in _SENTENCES]
_WORDS = {"what": _WHATS, "kind": _KINDS, "kind2": _KINDS, "thing": _THINGS, "wanted": _WANTED}


def incident_sentence(message: str) -> str:
    """The message of an incident in the reader's language."""
    return message if str(get_locale()) == "en" else in_chinese(message)


def in_chinese(message: str) -> str:
    """Its known sentences in Chinese, the rest as it is."""
    for pattern, said in _READ:
        message = pattern.sub(lambda found, said=said: said.format_map(_named(found)), message)  # type: ignore[misc]
    return message


def _named(found: re.Match[str]) -> dict[str, str]:
    return {name: _WORDS.get(name, {}).get(text, text) for name, text in found.groupdict().items()}


def register(app: Flask) -> None:
    app.jinja_env.filters["incident_sentence"] = incident_sentence
