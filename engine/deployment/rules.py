"""The sentences of the deployment checks, one rule a mistake."""

from __future__ import annotations

from engine.deployment.remarks import Rule

DUPLICATE_ID = Rule(
    "duplicate-id",
    "The id '{}' is used twice.",
    "ID“{}”重复。",
    "Give each element its own id.",
    "请为每个元素设置唯一的 ID。",
)
MISSING_ID = Rule("missing-id", "A {} has no id.", "{} 没有 ID。", "Give it an id.", "请设置 ID。")
NO_EXECUTABLE = Rule(
    "no-executable-process",
    "The file has no executable process.",
    "文件中没有可执行的流程。",
    "Set 'Executable' on the process.",
    "请在流程属性中勾选“可执行”。",
)
UNSUPPORTED = Rule(
    "unsupported-element",
    "{} is not run by this engine.",
    "本引擎不支持 {}。",
    "Replace it with a supported element (docs/conformance.md lists them).",
    "请改用受支持的元素（见 docs/conformance.md）。",
)
CAMUNDA_7 = Rule(
    "camunda-7",
    "This was set for Camunda 7 and would not be used: {}.",
    "这是为 Camunda 7 设置的，在此不会生效：{}。",
    "Set it again in the properties panel of this modeler (Camunda 8), then remove the old setting.",
    "请在本建模器（Camunda 8）的属性面板中重新设置，再删除旧设置。",
)
NO_START = Rule(
    "no-start-event", "'{}' has no start event.", "“{}”没有开始事件。", "Add a start event.", "请添加一个开始事件。"
)
SEVERAL_STARTS = Rule(
    "several-start-events",
    "'{}' has more than one plain start event.",
    "“{}”有多个普通开始事件。",
    "Keep one, or give the others a message, timer or signal.",
    "请只保留一个，或为其他开始事件设置消息、定时器或信号。",
)
DANGLING_FLOW = Rule(
    "dangling-flow",
    "The sequence flow leads from or to '{}', which does not exist.",
    "顺序流连接的“{}”不存在。",
    "Connect both ends.",
    "请连接顺序流的两端。",
)
CROSSING_FLOW = Rule(
    "flow-crosses-scope",
    "The sequence flow crosses the border of a subprocess.",
    "顺序流跨越了子流程边界。",
    "Connect elements of one and the same scope.",
    "请只连接同一层级内的元素。",
)
FORBIDDEN_INCOMING = Rule(
    "forbidden-incoming", "{} must have no incoming flow.", "{} 不能有流入的顺序流。", "Remove it.", "请删除该顺序流。"
)
FORBIDDEN_OUTGOING = Rule(
    "forbidden-outgoing", "{} must have no outgoing flow.", "{} 不能有流出的顺序流。", "Remove it.", "请删除该顺序流。"
)
UNREACHABLE = Rule(
    "unreachable",
    "'{}' can never be reached.",
    "“{}”永远无法到达。",
    "Connect it or remove it.",
    "请连接该元素或将其删除。",
    "warning",
)
NO_CONDITION = Rule(
    "flow-without-condition",
    "A way out of the gateway has no condition and is not the default.",
    "网关的一条流出分支没有条件，也不是默认分支。",
    "Give it a condition or make it the default flow.",
    "请设置条件，或设为默认分支。",
)
NO_DEFAULT = Rule(
    "gateway-without-default",
    "The gateway has no default flow: if no condition holds, the instance stops with an incident.",
    "网关没有默认分支：若所有条件都不成立，实例会停在异常状态。",
    "Mark one way out as the default flow.",
    "请将一条分支设为默认分支。",
    "warning",
)
DEFAULT_CONDITION = Rule(
    "default-with-condition",
    "The default flow has a condition.",
    "默认分支不应带有条件。",
    "Remove the condition.",
    "请删除该条件。",
)
UNKNOWN_DEFAULT = Rule(
    "unknown-default",
    "The default flow '{}' does not leave this element.",
    "默认分支“{}”不是从该元素流出的。",
    "Choose one of its outgoing flows.",
    "请从其流出分支中选择。",
)
CONDITION_NO_FEEL = Rule(
    "condition-not-feel",
    "The condition '{}' is no FEEL expression.",
    "条件“{}”不是 FEEL 表达式。",
    "Begin it with '='.",
    "请以“=”开头书写。",
)
BAD_FEEL = Rule("feel-syntax", "{}", "{}", "Correct the FEEL expression.", "请修正 FEEL 表达式。")
EVENT_GATEWAY_FEW = Rule(
    "event-gateway-too-few",
    "An event-based gateway needs at least two ways out.",
    "事件网关至少需要两条流出分支。",
    "Add another catch event.",
    "请再添加一个捕获事件。",
)
EVENT_GATEWAY_TARGET = Rule(
    "event-gateway-target",
    "An event-based gateway leads to '{}', which is no message, timer or signal catch event with this one flow.",
    "事件网关连接的“{}”不是仅由该网关进入的消息、定时器或信号捕获事件。",
    "Lead it to a catch event that nothing else leads to.",
    "请连接到只由该网关进入的捕获事件。",
)
UNKNOWN_HOST = Rule(
    "unknown-attached-to",
    "The boundary event is attached to '{}', which is no activity here.",
    "边界事件所附着的“{}”不是此处的活动。",
    "Attach it to an activity.",
    "请将其附着到活动上。",
)
EVENT_FORBIDDEN = Rule(
    "event-forbidden",
    "{} is not allowed here by BPMN.",
    "BPMN 不允许在此处使用 {}。",
    "Choose another event.",
    "请选择其他事件类型。",
)
NON_INTERRUPTING_ERROR = Rule(
    "error-must-interrupt",
    "An error event cannot be non-interrupting.",
    "错误事件不能是非中断的。",
    "Make it interrupting, or use an escalation.",
    "请改为中断，或使用升级事件。",
)
DUPLICATE_CATCH = Rule(
    "duplicate-catch",
    "Two events here catch the same: {}.",
    "此处有两个事件捕获同一个对象：{}。",
    "Keep one of them.",
    "请只保留一个。",
)
NO_NAME = Rule("missing-name", "The {} has no name.", "{} 没有名称。", "Choose or name it.", "请选择或命名。")
NO_CORRELATION = Rule(
    "missing-correlation-key",
    "The message '{}' has no correlation key.",
    "消息“{}”没有关联键。",
    "Set the subscription correlation key, such as =case_number.",
    "请设置订阅关联键，例如 =case_number。",
)
NO_CODE = Rule(
    "missing-code", "The {} has no code.", "{} 没有代码。", "Choose one with a code.", "请选择带代码的定义。"
)
NO_TIMER = Rule(
    "missing-timer",
    "The timer has no date, duration or cycle.",
    "定时器没有日期、时长或周期。",
    "Set one, such as PT24H.",
    "请设置，例如 PT24H。",
)
BAD_TIMER = Rule(
    "timer-syntax",
    "The timer is wrong: {}.",
    "定时器设置错误：{}。",
    "Use ISO 8601, such as 2026-03-02T09:00:00+08:00, PT24H or R3/PT1H, a cron expression, or FEEL after '='.",
    "请使用 ISO 8601（如 2026-03-02T09:00:00+08:00、PT24H、R3/PT1H）、cron 表达式或以“=”开头的 FEEL。",
)
CYCLE_FORBIDDEN = Rule(
    "cycle-not-allowed",
    "A timer that fires once cannot have a cycle.",
    "只触发一次的定时器不能设置周期。",
    "Give it a date or a duration, or let it not interrupt.",
    "请改用日期或时长，或设为非中断。",
)
NO_LINK = Rule(
    "link-without-target",
    "The link '{}' has no catch event of that name in the same scope.",
    "链接“{}”在同一层级没有同名的捕获事件。",
    "Add the link catch event.",
    "请添加链接捕获事件。",
)
NO_JOB_TYPE = Rule(
    "missing-job-type",
    "The {} has no job type.",
    "{} 没有作业类型。",
    "Set the task definition's type.",
    "请设置任务定义的类型。",
)
NO_CALLED = Rule(
    "missing-called-element",
    "The {} does not say what it calls.",
    "{} 没有指定要调用的对象。",
    "Set the id of the called process or decision.",
    "请设置被调用流程或决策的 ID。",
)
NO_RESULT = Rule(
    "missing-result-variable",
    "The result of '{}' goes nowhere.",
    "“{}”的结果没有去处。",
    "Set the result variable.",
    "请设置结果变量。",
)
NO_COLLECTION = Rule(
    "missing-input-collection",
    "The multi-instance activity has no input collection.",
    "多实例活动没有输入集合。",
    "Set the input collection, such as =items.",
    "请设置输入集合，例如 =items。",
)
HALF_OUTPUT = Rule(
    "half-output-collection",
    "Output collection and output element belong together.",
    "输出集合与输出元素必须同时设置。",
    "Set both or none.",
    "请同时设置或同时清空。",
)
BAD_TARGET = Rule(
    "mapping-target",
    "'{}' is no variable name.",
    "“{}”不是合法的变量名。",
    "Use letters, digits and underscores; dots for what is inside.",
    "请使用字母、数字和下划线；用点号表示内层。",
)
NOT_STATIC_INPUT = Rule(
    "event-subprocess-start",
    "An event subprocess needs exactly one start event, with an event.",
    "事件子流程必须恰好有一个带事件定义的开始事件。",
    "Give it one start event with a message, timer, signal, error or escalation.",
    "请设置一个带消息、定时器、信号、错误或升级的开始事件。",
)
UNKNOWN_REFERENCE = Rule(
    "unknown-reference",
    "{} is not deployed.",
    "{} 尚未部署。",
    "Deploy it together with this file, or correct the id.",
    "请与本文件一起部署，或更正 ID。",
    "warning",
)
AD_HOC_EMPTY = Rule(
    "ad-hoc-empty",
    "The ad-hoc subprocess '{}' has no activity that could be activated.",
    "自由子流程“{}”中没有可以激活的活动。",
    "Draw at least one activity in it that no flow leads to.",
    "请在其中至少放置一个没有流入顺序流的活动。",
)
AD_HOC_EVENT = Rule(
    "ad-hoc-event",
    "The ad-hoc subprocess '{}' must have no start or end event.",
    "自由子流程“{}”中不能有开始事件或结束事件。",
    "Remove it: an ad-hoc subprocess begins with what is activated.",
    "请删除该事件：自由子流程由被激活的元素开始。",
)
AD_HOC_WORKER = Rule(
    "ad-hoc-worker",
    "A job decides what '{}' activates and when it is complete; its own expressions are not used.",
    "“{}”由作业决定激活哪些元素以及何时完成，其自身的表达式不会被使用。",
    "Remove the task definition, or the active elements and the completion condition.",
    "请删除任务定义，或删除激活元素集合与完成条件。",
    "warning",
)
NO_HANDLER = Rule(
    "compensation-handler",
    "The compensation event '{}' is not associated with exactly one handler in the same scope.",
    "补偿事件“{}”没有与同一层级中的恰好一个补偿活动相关联。",
    "Draw one association from it to the activity that undoes.",
    "请用一条关联线将其连接到执行撤销的活动。",
)
NOT_A_HANDLER = Rule(
    "compensation-marker",
    "'{}' undoes another activity but is not marked for compensation.",
    "“{}”用于撤销其他活动，但没有补偿标记。",
    "Mark it for compensation (isForCompensation).",
    "请为其设置补偿标记（isForCompensation）。",
)
NOT_COMPENSATED = Rule(
    "compensation-activity",
    "'{}' is no activity of this scope that has a compensation event.",
    "“{}”不是同一层级中带有补偿事件的活动。",
    "Choose an activity with a compensation boundary event in the same scope, or none for all of them.",
    "请选择同一层级中带有补偿边界事件的活动；留空表示全部。",
)
LISTENER_EVENT = Rule(
    "listener-event",
    "A listener has the unknown event {}.",
    "监听器的事件 {} 无法识别。",
    "Execution listeners have start and end; task listeners creating, assigning, updating, completing and canceling.",
    "执行监听器可用 start、end；任务监听器可用 creating、assigning、updating、completing、canceling。",
)
LISTENER_PLACE = Rule(
    "listener-not-allowed",
    "This element cannot have {}.",
    "该元素不能设置监听器：{}。",
    "Put it on the element before or behind, or on the process.",
    "请将其设置在前后的元素或流程上。",
)
LISTENER_RETRIES = Rule(
    "listener-retries",
    "The retries '{}' of a listener are no whole number.",
    "监听器的重试次数“{}”不是整数。",
    "Use a number, or FEEL after '='.",
    "请使用数字，或以“=”开头的 FEEL 表达式。",
)
LISTENER_TWICE = Rule(
    "listener-duplicate",
    "Two listeners have the same event and type: {}.",
    "两个监听器的事件和类型相同：{}。",
    "Give them different types.",
    "请使用不同的类型。",
)
BAD_RETRIES = Rule(
    "retries-not-a-number",
    "The retries '{}' are no whole number.",
    "重试次数“{}”不是整数。",
    "Use a number, or FEEL after '='.",
    "请使用数字，或以“=”开头的 FEEL 表达式。",
)
BAD_PRIORITY = Rule(
    "priority-out-of-range",
    "The priority '{}' is no whole number from 0 to 100.",
    "优先级“{}”不是 0 到 100 的整数。",
    "Use such a number, or FEEL after '='.",
    "请使用该范围内的数字，或以“=”开头的 FEEL 表达式。",
)
BAD_DATE = Rule(
    "date-syntax",
    "A date of the task is wrong: {}.",
    "任务的日期设置错误：{}。",
    "Use ISO 8601, such as 2026-03-02T09:00:00+08:00, or FEEL after '='.",
    "请使用 ISO 8601（如 2026-03-02T09:00:00+08:00），或以“=”开头的 FEEL 表达式。",
)
BAD_BINDING = Rule(
    "unknown-binding",
    "The binding '{}' is unknown.",
    "绑定方式“{}”无法识别。",
    "Use latest, deployment or versionTag.",
    "请使用 latest、deployment 或 versionTag。",
)
NO_VERSION_TAG = Rule(
    "missing-version-tag",
    "'{}' is bound by a version tag, but none is set.",
    "“{}”按版本标签绑定，但没有设置版本标签。",
    "Set the version tag, or bind the latest version.",
    "请设置版本标签，或改为绑定最新版本。",
)
SEVERAL_FORMS = Rule(
    "several-forms",
    "The task names several forms: only one of form id, form key and external reference can be meant.",
    "任务指定了多个表单：表单 ID、表单键和外部引用只能设置其一。",
    "Keep one of them.",
    "请只保留其中一个。",
)
ESCALATION_HOST = Rule(
    "escalation-host",
    "No escalation can come out of '{}', which is neither a subprocess nor a call activity.",
    "“{}”既不是子流程也不是调用活动，不会抛出升级。",
    "Attach the event to a subprocess or a call activity.",
    "请将该事件附着到子流程或调用活动上。",
)
NO_DEFINITION = Rule(
    "unknown-definition",
    "The {} that the event refers to is not in the file.",
    "事件引用的{}在文件中不存在。",
    "Choose one that exists, or none where the event shall catch all.",
    "请选择已有的定义；若要捕获全部，请留空。",
)
SEVERAL_TIMERS = Rule(
    "several-timers",
    "The timer has more than one of date, duration and cycle.",
    "定时器同时设置了日期、时长和周期中的多项。",
    "Keep one of them.",
    "请只保留其中一项。",
)
CONDITION_UNUSED = Rule(
    "condition-not-asked",
    "The condition of a flow that leaves '{}' is not asked: the gateway takes the flow whatever it says.",
    "从“{}”流出的顺序流的条件不会被判断：该网关总会走这条分支。",
    "Remove the condition, or use an exclusive or inclusive gateway.",
    "请删除该条件，或改用排他网关或包容网关。",
    "warning",
)
START_WITHOUT_VALUE = Rule(
    "start-without-value",
    "What the start event '{}' waits for has no value of the right kind before an instance runs.",
    "开始事件“{}”所等待的内容在实例运行之前没有值，或类型不对。",
    "Use a text, or FEEL that needs no variable.",
    "请使用固定文本，或不依赖变量的 FEEL 表达式。",
)
NOT_FEEL = Rule(
    "expression-not-feel",
    "'{}' is no FEEL expression, but one is needed here.",
    "“{}”不是 FEEL 表达式，而此处需要表达式。",
    "Begin it with '='; a fixed text is written as =\"text\".",
    '请以“=”开头书写；固定文本写作 ="文本"。',
)
