"""The remarks that a check of a form can make, in both languages, by their codes."""

from dataclasses import dataclass

from engine.deployment.findings import Severity


@dataclass(frozen=True)
class Remark:
    """A finding before it is known where."""

    severity: Severity
    code: str
    message: str
    message_zh: str
    hint: str
    hint_zh: str


# code: severity, message, hint, message in Chinese, hint in Chinese
_REMARKS: dict[str, tuple[Severity, str, str, str, str]] = {
    "form-too-large": (
        "error",
        "The form has {count} {what}; {most} are allowed.",
        "Cut the form into several, or take the options from a variable.",
        "表单有 {count} 个{what_zh}，最多允许 {most} 个。",
        "请把表单拆成几个，或让选项来自变量。",
    ),
    "form-json": (
        "error",
        "The file is not JSON: {why}.",
        "Export the form from the editor again, or mend the line.",
        "文件不是有效的 JSON：{why}。",
        "请从编辑器重新导出表单，或修正该行。",
    ),
    "form-shape": (
        "error",
        'The file is JSON but no form: it has no list of "components".',
        "Deploy the .form file that the form editor writes.",
        "文件是 JSON 但不是表单：缺少 components 列表。",
        "请部署表单编辑器保存的 .form 文件。",
    ),
    "form-id-missing": (
        "error",
        "The form has no id, so no user task can name it.",
        "Give the form an id.",
        "表单没有 id，用户任务无法引用它。",
        "请为表单设置 id。",
    ),
    "form-schema-version": (
        "error",
        "The form's schema version is {version}; up to {known} is known here.",
        "Save the form with an editor of form-js 2.0 or earlier.",
        "表单的 schemaVersion 为 {version}，此处最高支持 {known}。",
        "请用 form-js 2.0 或更早的编辑器保存表单。",
    ),
    "form-components": (
        "error",
        "The components are no list, or nested more than 50 deep.",
        "Write the components as a list.",
        "components 不是列表，或嵌套超过 50 层。",
        "请将 components 写成列表。",
    ),
    "form-unknown-type": (
        "error",
        'There is no component of type "{type}".',
        "Use one of the form editor's components.",
        "没有类型为 “{type}” 的组件。",
        "请使用表单编辑器提供的组件。",
    ),
    "form-duplicate-id": (
        "error",
        'The id "{id}" is used twice.',
        "Give each component its own id.",
        "id “{id}” 重复。",
        "请为每个组件设置不同的 id。",
    ),
    "form-duplicate-key": (
        "error",
        'The key "{key}" is claimed by more than one component.',
        "Give each field its own key; a field's key cannot also hold other fields.",
        "键 “{key}” 被多个组件占用。",
        "请为每个字段设置不同的键；字段的键下不能再放其他字段。",
    ),
    "form-key-missing": (
        "error",
        "The component has no key, so what is entered would be lost.",
        "Set its key (a dynamic list: its path).",
        "组件没有键，填写的内容会丢失。",
        "请设置键（动态列表请设置路径）。",
    ),
    "form-key-invalid": (
        "error",
        'The key "{key}" is not usable as a path.',
        "Use names with dots between them, such as customer.name.",
        "键 “{key}” 不能用作路径。",
        "请使用以点分隔的名称，例如 customer.name。",
    ),
    "form-feel": (
        "error",
        'The expression of "{name}" is not FEEL: {why}',
        "Mend the expression.",
        "“{name}” 的表达式不是有效的 FEEL：{why}",
        "请修正表达式。",
    ),
    "form-condition-not-expression": (
        "warning",
        'The condition of "{name}" does not begin with "=", so it never holds.',
        'Write "=" before the condition.',
        "“{name}” 的条件不以 “=” 开头，永远不会成立。",
        "请在条件前加上 “=”。",
    ),
    "form-required-expression": (
        "warning",
        "The field is required by an expression: the server follows it, the browser's form always asks for the field.",
        "Use a required field that is hidden by the opposite condition.",
        "该字段用表达式设置必填：服务器按表达式判断，而浏览器中的表单总是要求填写。",
        "请改用必填字段，并以相反条件隐藏它。",
    ),
    "form-expression-missing": (
        "error",
        "The expression component has no expression.",
        'Write one that begins with "=".',
        "表达式组件没有表达式。",
        "请填写以 “=” 开头的表达式。",
    ),
    "form-options-missing": (
        "error",
        "The field has no source of options.",
        "Give it values, a key of input data, or an expression.",
        "该字段没有选项来源。",
        "请设置静态选项、输入数据的键或表达式。",
    ),
    "form-options-empty": (
        "error",
        "The field's list of options is empty, or has an option without a value.",
        "Add options with a value and a label.",
        "该字段的选项列表为空，或有选项没有值。",
        "请添加带有值和标签的选项。",
    ),
    "form-options-duplicate": (
        "warning",
        'The option value "{value}" is there twice.',
        "Give each option its own value.",
        "选项值 “{value}” 重复。",
        "请为每个选项设置不同的值。",
    ),
    "form-options-sources": (
        "warning",
        "The field has more than one source of options; only the first is used (input data, values, expression).",
        "Keep one source.",
        "该字段有多个选项来源，只会使用第一个（输入数据、静态选项、表达式）。",
        "请只保留一个来源。",
    ),
    "form-default": (
        "warning",
        "The default value does not fit the field, so the field starts empty or refused.",
        "Mend or remove the default value.",
        "默认值与字段不符，字段会为空或无法通过校验。",
        "请修正或删除默认值。",
    ),
    "form-pattern": (
        "error",
        "The pattern is no regular expression of JavaScript: {why}",
        "Mend the pattern; every value would be refused.",
        "格式不是有效的 JavaScript 正则表达式：{why}",
        "请修正格式，否则任何值都无法通过。",
    ),
    "form-limit": (
        "error",
        '"{name}" is not a number.',
        'Write a number, or an expression that begins with "=".',
        "“{name}” 不是数字。",
        "请填写数字，或以 “=” 开头的表达式。",
    ),
    "form-limits-crossed": (
        "error",
        '"{low}" is greater than "{high}", so no value can be right.',
        "Exchange or mend the limits.",
        "“{low}” 大于 “{high}”，任何值都无法通过。",
        "请交换或修正限制。",
    ),
    "form-datetime": (
        "error",
        '"{value}" is no {name} of a date time field.',
        "Choose one of: {known}.",
        "“{value}” 不是日期时间字段的 {name}。",
        "请选择：{known}。",
    ),
    "form-validation-type": (
        "error",
        'There is no validation type "{value}".',
        "Choose email, phone or custom.",
        "没有 “{value}” 这种校验类型。",
        "请选择 email、phone 或 custom。",
    ),
    "form-translation": (
        "error",
        'The translation "{name}" cannot be read: {why}',
        "Write it as value=label;value=label.",
        "译文 “{name}” 无法读取：{why}",
        "请写成 值=标签;值=标签。",
    ),
    "form-rows": (
        "error",
        '"{name}" of the list is no number of rows, or the least is above the most.',
        "Write whole numbers.",
        "列表的 “{name}” 不是行数，或最少行数大于最多行数。",
        "请填写整数。",
    ),
}


def remark(code: str, **values: object) -> Remark:
    """The remark with that code, its blanks filled in."""
    severity, text, hint, text_zh, hint_zh = _REMARKS[code]
    zh = {"why": values["why_zh"]} if "why_zh" in values else {}
    return Remark(
        severity,
        code,
        text.format(**values),
        text_zh.format(**{**values, **zh}),
        hint.format(**values),
        hint_zh.format(**values),
    )
