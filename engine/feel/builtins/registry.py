"""Declaring built-in functions: names, parameters, several forms of one function, and their documentation."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from engine.feel.builtins.parameters import MISFIT, Parameter
from engine.feel.python_values import from_python
from engine.feel.runtime import Runtime
from engine.feel.types import ANY, SIMPLE, FeelType, FunctionType, ListType
from engine.feel.values import Function

Body = Callable[..., Any]
Declared = TypeVar("Declared", bound=Body)
Run = Callable[[Runtime, list[Any]], Any]


class Form:
    """One way to call a built-in."""

    def __init__(self, declared: Sequence[str], body: Body) -> None:
        self.declared = declared
        self.parameters = [Parameter.parse(text) for text in declared]
        self.converters = [parameter.converter() for parameter in self.parameters]
        self.body = body
        self.required = sum(not each.optional and not each.stars for each in self.parameters)
        self.stars = self.parameters[-1].stars if self.parameters else 0

    def takes(self, count: int, names: Sequence[str] | None) -> bool:
        """Whether so many arguments, or arguments of these names, fit the parameters."""
        if names is None:
            # A function of nothing but a rest, such as concatenate(), needs one argument at least.
            least = self.required or (self.stars > 0)
            return least <= count and (count <= len(self.parameters) or self.stars > 0)
        known = {each.name for each in self.parameters}
        needed = {each.name for each in self.parameters if not each.optional}
        return len(set(names)) == len(names) and needed <= set(names) <= known

    def arrange(self, args: list[Any], names: Sequence[str] | None) -> list[Any] | None:
        """The body's arguments, converted; None when one does not fit."""
        if names is not None:
            given = dict(zip(names, args, strict=True))
            if self.stars == 1:
                given[self.parameters[-1].name] = _as_list(given[self.parameters[-1].name])
            return self._by_name(given)
        if self.stars == 2 and (len(args) > 1 or type(args[0]) is not list):
            args = [None if args == [None] else args]
        elif self.stars == 1:
            fixed = len(self.parameters) - 1
            args = [*args[:fixed], args[fixed:]]
        result = []
        for index, value in enumerate(args):
            converted = self._convert(index, value)
            if converted is MISFIT:
                return None
            result.append(converted)
        return result

    def _by_name(self, given: dict[str, Any]) -> list[Any] | None:
        result: list[Any] = []
        for index, parameter in enumerate(self.parameters):
            if parameter.name not in given:
                # Only optional ones can be missing; the body's own default stands at the end, null before it.
                result.append(MISFIT)
                continue
            converted = self._convert(index, given[parameter.name])
            if converted is MISFIT:
                return None
            result.append(converted)
        while result and result[-1] is MISFIT:
            result.pop()
        return [None if value is MISFIT else value for value in result]

    def _convert(self, index: int, value: Any) -> Any:
        if self.parameters[index].stars == 1:
            items = [self.converters[index](each) for each in value]
            return MISFIT if any(each is MISFIT for each in items) else items
        return self.converters[index](value)

    def type(self, result: FeelType) -> FunctionType:
        """The form as a FEEL type."""
        return FunctionType([_type_of(each) for each in self.parameters if not each.optional], result)


class Builtin(Function):
    """A built-in function: its forms are tried in the order they were declared."""

    def __init__(self, name: str, result: str, doc: str) -> None:
        self.name = name
        self.result = result
        self.doc = doc
        self.forms: list[Form] = []
        self.parameters: list[str] = []  # of the first form

    def bind(self, count: int, names: Sequence[str] | None) -> Run | None:
        """A function for calls with so many arguments of these names; None when no form takes them."""
        forms = [form for form in self.forms if form.takes(count, names)]
        if not forms:
            return None
        if len(forms) == 1 and names is None and forms[0].stars == 0:
            return self._simple(forms[0], count)

        def run(rt: Runtime, args: list[Any]) -> Any:
            for form in forms:
                arranged = form.arrange(args, names)
                if arranged is not None:
                    return self._run(rt, form.body, arranged)
            return self._misfit(rt)

        return run

    def _simple(self, form: Form, count: int) -> Run:
        converters, body = form.converters[:count], form.body

        def run(rt: Runtime, args: list[Any]) -> Any:
            for index, convert in enumerate(converters):
                value = convert(args[index])
                if value is MISFIT:
                    return self._misfit(rt)
                args[index] = value
            return self._run(rt, body, args)

        return run

    def invoke(self, rt: Runtime, args: list[Any], names: Sequence[str] | None) -> Any:
        run = self.bind(len(args), names)
        return self._misfit(rt) if run is None else run(rt, list(args))

    def _misfit(self, rt: Runtime) -> None:
        rt.warn(f"{self.name}() does not take these arguments.")

    def _run(self, rt: Runtime, body: Body, args: list[Any]) -> Any:
        for arg in args:
            if type(arg) is list:
                rt.spend(len(arg) >> 3)
        try:
            result = body(rt, *args)
        except (ArithmeticError, ValueError) as error:
            rt.warn(f"{self.name}() has no result: {error}")
            return None
        if result is None:
            rt.warn(f"{self.name}() is null for these arguments.")
        elif type(result) is list:
            rt.list_of(result)
        return result

    def signature_types(self) -> list[FunctionType]:
        """The types this function may be called as."""
        return [form.type(_named_type(self.result)) for form in self.forms]


BUILTINS: dict[str, Builtin] = {}


def builtin(name: str, *parameters: str, result: str = "Any", doc: str = "") -> Callable[[Declared], Declared]:
    """Declare a form of the built-in `name`; its body gets the Runtime and the converted arguments.

    A body returns null where the function is undefined; ArithmeticError and ValueError become null too.
    """

    def declare(body: Declared) -> Declared:
        entry = BUILTINS.setdefault(name, Builtin(name, result, doc))
        entry.forms.append(Form(parameters, body))
        entry.parameters = [each.name for each in entry.forms[0].parameters]
        return body

    return declare


def documentation() -> list[tuple[str, str, str]]:
    """Name, forms and a sentence for every built-in, in alphabetical order."""
    rows = []
    for name, entry in sorted(BUILTINS.items()):
        forms = "; ".join(f"{name}({', '.join(form.declared)})" for form in entry.forms)
        rows.append((name, forms, entry.doc))
    return rows


def _as_list(value: Any) -> list[Any]:
    return [from_python(each) for each in value] if isinstance(value, list) else [value]


def _type_of(parameter: Parameter) -> FeelType:
    return _named_type(parameter.kinds[0]) if len(parameter.kinds) == 1 else ANY


def _named_type(name: str) -> FeelType:
    return ListType(ANY) if name == "list" else SIMPLE.get(name, ANY)
