"""A file's item definitions → types, found by the names that the file uses for them."""

from collections.abc import Mapping

from engine.decisions.elements import Definitions, ItemDefinition, Place
from engine.decisions.remarks import Remark, Remarks
from engine.decisions.types import BUILT_IN, AllowedType, SelfReference, SignatureType, StructureType
from engine.feel import FeelSyntaxError, compile_unary_tests
from engine.feel.types import ANY, FeelType, ListType


class TypeCatalogue:
    """The types of one file and, by import name, of the files that it imports."""

    def __init__(self, definitions: Definitions, imported: Mapping[str, "TypeCatalogue"], remarks: Remarks) -> None:
        self._definitions = {item.name: item for item in definitions.item_definitions}
        self._namespace = definitions.namespace
        self._prefixes = definitions.prefixes
        self._import_keys = {one.namespace: one.key for one in definitions.imports}
        self._imported = [
            (f"{one.name}." if one.name else "", imported[one.key])
            for one in definitions.imports
            if one.key in imported
        ]
        self._by_key = imported
        self._remarks = remarks
        self._types: dict[str, FeelType] = {}
        for name in self._definitions:
            self._own(name)

    def by_name(self) -> dict[str, FeelType]:
        """Every type under the name that this file's expressions may give it."""
        found = dict(self._types)
        for prefix, catalogue in self._imported:
            found.update({f"{prefix}{name}": kind for name, kind in catalogue.by_name().items()})
        return found

    def find(self, written: str | None, place: Place | None = None) -> FeelType:
        """The type by its name as written in the file; unknown ones are a finding and behave as Any."""
        if not written:
            return ANY
        found = self._known(written)
        if found is None:
            self._remarks.add(Remark("dmn-unknown-type", type=written), place)
        return found or ANY

    def exported(self, name: str) -> FeelType | None:
        """What an importing file sees under this name."""
        return self._own(name) or self._foreign(name)

    def _known(self, written: str) -> FeelType | None:
        own = self._own(written)
        return own or BUILT_IN.get(written) or self._qualified(written) or self._foreign(written)

    def _own(self, name: str) -> FeelType | None:
        if name not in self._types and name in self._definitions:
            reference = SelfReference(name)
            self._types[name] = reference
            compiled = self._compile(self._definitions[name])
            if _leads_to(compiled, reference):
                self._remarks.add(Remark("dmn-type-cycle", type=name), self._definitions[name].place)
                compiled = ANY
            self._types[name] = reference.target = compiled
        return self._types.get(name)

    def _qualified(self, written: str) -> FeelType | None:
        """DMN 1.1's `prefix:name`."""
        prefix, colon, name = written.partition(":")
        uri = self._prefixes.get(prefix) if colon else None
        if uri is None:
            return None
        if uri == self._namespace:
            return self._own(name)
        if uri in self._import_keys:
            home = self._by_key.get(self._import_keys[uri])
            return home.exported(name) if home else None
        return BUILT_IN.get(name) if "/FEEL" in uri.upper() else None

    def _foreign(self, written: str) -> FeelType | None:
        """`import name.type name`, or the bare name where the import has none."""
        for prefix, catalogue in self._imported:
            if written.startswith(prefix) and (found := catalogue.exported(written.removeprefix(prefix))):
                return found
        return None

    def _compile(self, item: ItemDefinition) -> FeelType:
        if item.is_function:
            parameters = [self.find(type_ref, item.place) for type_ref in item.function_parameters]
            return SignatureType(parameters, self.find(item.function_output, item.place))
        base = self._structure(item) if item.components else self.find(item.type_ref, item.place)
        base = self._constrained(item, base, item.allowed_values)
        if item.is_collection:
            base = ListType(base)
        return self._constrained(item, base, item.type_constraint)

    def _structure(self, item: ItemDefinition) -> FeelType:
        return StructureType(item.name, {part.name: self._compile(part) for part in item.components})

    def _constrained(self, item: ItemDefinition, base: FeelType, tests: str | None) -> FeelType:
        if tests is None:
            return base
        try:
            return AllowedType(item.name, base, compile_unary_tests(tests), tests)
        except FeelSyntaxError as error:
            self._remarks.add(Remark.of_syntax(tests, error), item.place)
            return base


def _leads_to(found: FeelType, reference: SelfReference) -> bool:
    """Whether a definition is based on itself; holding itself as a component is allowed."""
    while True:
        if isinstance(found, AllowedType):
            found = found.base
        elif isinstance(found, ListType):
            found = found.element
        else:
            return found is reference
