"""The sentences of this package's findings, in both languages, by their stable code."""

from collections.abc import Mapping
from typing import Final

from engine.decisions.elements import Place
from engine.decisions.values import shown
from engine.deployment.findings import Finding, Severity
from engine.feel import FeelSyntaxError

_MAX_FINDINGS: Final = 1_000

# code: (severity, message, Chinese message, hint, Chinese hint)
_SENTENCES: Final[Mapping[str, tuple[Severity, str, str, str, str]]] = {
    "dmn-too-large": (
        "error",
        "The file has {size} bytes; a decision model may have {limit}.",
        "文件有 {size} 字节；决策模型最多 {limit} 字节。",
        "Split the model into several files that import each other.",
        "请把模型拆成几个互相导入的文件。",
    ),
    "dmn-not-xml": (
        "error",
        "The file is not well-formed XML: {reason}.",
        "文件不是格式正确的 XML：{reason}。",
        "Save it again with a DMN modeler.",
        "请用 DMN 建模工具重新保存。",
    ),
    "dmn-doctype": (
        "error",
        "The file has a document type declaration (DOCTYPE), which is never accepted.",
        "文件含有文档类型声明（DOCTYPE），一律不接受。",
        "Remove the DOCTYPE and its entities.",
        "请删除 DOCTYPE 及其实体。",
    ),
    "dmn-too-deep": (
        "error",
        "Elements are nested more than {limit} deep.",
        "元素嵌套超过 {limit} 层。",
        "Give the inner expressions decisions of their own.",
        "请把内层表达式拆成单独的决策。",
    ),
    "dmn-not-dmn": (
        "error",
        "The root element is {found}, not DMN's definitions.",
        "根元素是 {found}，不是 DMN 的 definitions。",
        "Deploy a file saved as DMN 1.1 to 1.5.",
        "请部署保存为 DMN 1.1 至 1.5 的文件。",
    ),
    "dmn-no-namespace": (
        "warning",
        "The definitions have no namespace of their own, so no other file can import them.",
        "definitions 没有自己的 namespace，其他文件无法导入它。",
        "Set the attribute namespace.",
        "请设置 namespace 属性。",
    ),
    "dmn-no-decision": (
        "warning",
        "The file has no decision.",
        "文件里没有决策。",
        "Add a decision, or leave the file as a library for imports.",
        "请添加决策，或把它只作为供导入的库。",
    ),
    "dmn-duplicate-id": (
        "error",
        "The id {id} is used more than once.",
        "id {id} 被重复使用。",
        "Give each element its own id.",
        "请让每个元素有自己的 id。",
    ),
    "dmn-duplicate-name": (
        "warning",
        "The name {name} is used by more than one element of this file.",
        "名称 {name} 被本文件的多个元素使用。",
        "Name them apart: an expression reaches elements by name.",
        "请改用不同的名称：表达式按名称引用元素。",
    ),
    "dmn-unresolved-reference": (
        "error",
        "The reference {href} leads to no element.",
        "引用 {href} 找不到对应的元素。",
        "Draw the requirement again, or import the file with that namespace.",
        "请重新绘制依赖，或导入该命名空间的文件。",
    ),
    "dmn-wrong-requirement": (
        "error",
        "The reference {href} leads to a {found}; here a {expected} is needed.",
        "引用 {href} 指向 {found}；这里需要 {expected}。",
        "Draw the requirement to the right element.",
        "请把依赖画到正确的元素。",
    ),
    "dmn-import-missing": (
        "error",
        "No file with the imported namespace {namespace} was given.",
        "没有找到被导入的命名空间 {namespace} 的文件。",
        "Deploy that file together with this one.",
        "请把那个文件与本文件一起部署。",
    ),
    "dmn-import-cycle": (
        "error",
        "The import of {namespace} leads back to this file.",
        "导入的命名空间 {namespace} 又直接或间接导入了本文件。",
        "Import in one direction only; put what both need into a third file.",
        "请只在一个方向上导入，把双方都要用的内容放到第三个文件里。",
    ),
    "dmn-requirement-cycle": (
        "error",
        "These elements require each other in a circle: {names}.",
        "这些元素相互依赖成环：{names}。",
        "Remove one of the requirements.",
        "请去掉其中一条依赖。",
    ),
    "dmn-no-logic": (
        "warning",
        "The element has no expression, so its value is always null.",
        "该元素没有表达式，其值总是 null。",
        "Add a decision table or an expression.",
        "请添加决策表或表达式。",
    ),
    "dmn-unknown-expression": (
        "error",
        "The expression {found} is not one that DMN 1.5 knows.",
        "表达式 {found} 不是 DMN 1.5 中的表达式。",
        "Use a decision table, a literal expression or a boxed expression.",
        "请使用决策表、文字表达式或盒装表达式。",
    ),
    "dmn-incomplete-expression": (
        "error",
        "The expression {found} lacks its part {part}.",
        "表达式 {found} 缺少 {part} 部分。",
        "Complete it in the modeler.",
        "请在建模工具中补全。",
    ),
    "dmn-unknown-type": (
        "error",
        "The type {type} is neither a FEEL type nor defined here.",
        "类型 {type} 既不是 FEEL 类型，也没有在此定义。",
        "Define it as a data type or choose another one.",
        "请定义该数据类型，或改用其他类型。",
    ),
    "dmn-type-cycle": (
        "error",
        "The type {type} is defined by itself.",
        "类型 {type} 的定义引用了它自己。",
        "Base it on another type.",
        "请以其他类型为基础。",
    ),
    "dmn-feel-syntax": (
        "error",
        "The FEEL expression {text} cannot be read: {reason}",
        "FEEL 表达式 {text} 无法解析：{reason_zh}",
        "Correct it at column {column} of its line {line}.",
        "请在其第 {line} 行第 {column} 列改正。",
    ),
    "dmn-expression-language": (
        "error",
        "The expression language {language} is not supported.",
        "不支持表达式语言 {language}。",
        "Write it in FEEL.",
        "请用 FEEL 书写。",
    ),
    "dmn-hit-policy": (
        "error",
        "The hit policy {policy} does not exist.",
        "命中策略 {policy} 不存在。",
        "Choose UNIQUE, ANY, PRIORITY, FIRST, RULE ORDER, OUTPUT ORDER or COLLECT.",
        "请选择 UNIQUE、ANY、PRIORITY、FIRST、RULE ORDER、OUTPUT ORDER 或 COLLECT。",
    ),
    "dmn-aggregation": (
        "error",
        "The aggregation {aggregation} does not exist.",
        "聚合方式 {aggregation} 不存在。",
        "Choose SUM, MIN, MAX or COUNT.",
        "请选择 SUM、MIN、MAX 或 COUNT。",
    ),
    "dmn-aggregation-outputs": (
        "error",
        "The table collects with {aggregation} but has {count} outputs; DMN defines that for one output only.",
        "决策表用 {aggregation} 聚合却有 {count} 个输出；DMN 只为一个输出定义了聚合。",
        "Use one output, or COLLECT without an aggregation.",
        "请只用一个输出，或不带聚合的 COLLECT。",
    ),
    "dmn-no-priorities": (
        "warning",
        "The hit policy {policy} needs output values in order of priority, and no output has them.",
        "命中策略 {policy} 需要按优先级排列的输出值，但没有任何输出定义它们。",
        "List the output values, the most important first.",
        "请列出输出值，最重要的在最前。",
    ),
    "dmn-not-required": (
        "warning",
        "The expression uses {name}, which its element does not require, so it is null there.",
        "表达式用到了 {name}，但所在元素并不依赖它，因此其值为 null。",
        "Draw the requirement from {name}.",
        "请从 {name} 画一条依赖线。",
    ),
    "dmn-list-type": (
        "warning",
        "The hit policy {policy} makes a list, but the result is declared as {type}.",
        "命中策略 {policy} 的结果是列表，但声明的类型是 {type}。",
        "Declare a list type, or none.",
        "请声明为列表类型，或不声明类型。",
    ),
    "dmn-empty-input": (
        "error",
        "Input column {index} asks nothing: it has no expression.",
        "第 {index} 个输入列没有表达式，什么也没有问。",
        "Enter the expression or remove the column.",
        "请填写表达式或删除该列。",
    ),
    "dmn-no-output": (
        "error",
        "The decision table has no output.",
        "决策表没有输出列。",
        "Add an output column.",
        "请添加输出列。",
    ),
    "dmn-output-name": (
        "error",
        "Output {index} of a table with several outputs has no name of its own.",
        "多输出决策表的第 {index} 个输出没有自己的名称。",
        "Give each output a different name.",
        "请给每个输出不同的名称。",
    ),
    "dmn-rule-width": (
        "error",
        "Rule {index} has {found[0]} input and {found[1]} output entries for {expected[0]} and {expected[1]} columns.",
        "规则 {index} 有 {found[0]} 个输入和 {found[1]} 个输出单元格；列数分别是 {expected[0]} 和 {expected[1]}。",
        "Open the table in a modeler and save it again.",
        "请在建模工具中打开决策表并重新保存。",
    ),
}


class Remark:
    """One code with what fills its sentences."""

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values = values

    @classmethod
    def of_syntax(cls, text: str, error: FeelSyntaxError) -> "Remark":
        """What a FEEL text that cannot be read becomes."""
        values = {"line": error.line, "column": error.column, "text": shown(text.strip())}
        return cls("dmn-feel-syntax", reason=str(error), reason_zh=error.message_zh, **values)

    def at(self, file: str, place: Place | None = None, line: int | None = None) -> Finding:
        """The finding at a place of a file; `line` wins over the place's own."""
        severity, *sentences = _SENTENCES[self.code]
        message, message_zh, hint, hint_zh = (sentence.format(**self.values) for sentence in sentences)
        place = place or Place()
        where = line if line is not None else place.line
        return Finding(severity, file, place.id, place.name, where, self.code, message, message_zh, hint, hint_zh)


class Remarks:
    """The findings about one file, gathered while it is read and compiled."""

    def __init__(self, file: str) -> None:
        self.file = file
        # The decision, model or service that is being read: a cell without an id or name is found by it.
        self.within = Place()
        self._findings: dict[Finding, None] = {}

    def add(self, remark: Remark, place: Place | None = None) -> None:
        """Add a finding once; one text may be compiled for two purposes. Beyond the limit nobody reads on."""
        if len(self._findings) < _MAX_FINDINGS:
            self._findings[remark.at(self.file, self._known(place or Place()))] = None

    def _known(self, place: Place) -> Place:
        within = self.within
        return Place(place.id or within.id, place.name or within.name, place.line or within.line)

    @property
    def findings(self) -> list[Finding]:
        return list(self._findings)
