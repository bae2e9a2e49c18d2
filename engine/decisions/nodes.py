"""Looking at DMN's XML nodes: children by their local name, texts, names and places."""

from collections.abc import Iterator

from lxml import etree

from engine.decisions.elements import Place, Variable


class Node:
    """One element of the model's namespace; elements of other namespaces (diagrams, vendors) are never seen."""

    __slots__ = ("element", "namespace", "tag")

    def __init__(self, element: etree._Element) -> None:
        qualified = etree.QName(element)
        self.element = element
        self.namespace = qualified.namespace or ""
        self.tag: str = qualified.localname

    def children(self, *tags: str) -> Iterator["Node"]:
        """Child nodes in order, all or those with one of the tags."""
        for element in self.element.iterchildren(tag=etree.Element):
            node = Node(element)
            if node.namespace == self.namespace and (not tags or node.tag in tags):
                yield node

    def child(self, tag: str) -> "Node | None":
        return next(self.children(tag), None)

    def get(self, attribute: str) -> str | None:
        value = self.element.get(attribute)
        return None if value is None else str(value)

    def name(self) -> str | None:
        """The name attribute with its white space collapsed, as FEEL compares names."""
        name = self.get("name")
        return None if name is None else " ".join(name.split())

    def place(self) -> Place:
        line = self.element.sourceline
        return Place(self.get("id"), self.name() or self.get("label"), line if isinstance(line, int) else None)

    def text(self) -> str | None:
        """The text of the child `text`, of a literal expression or unary tests."""
        child = self.child("text")
        return None if child is None else "".join(str(part) for part in child.element.itertext())

    def type_ref(self) -> str | None:
        """The type as an attribute, or as a child element as item definitions have it."""
        written = self.get("typeRef")
        if written is None:
            child = self.child("typeRef")
            written = None if child is None else str(child.element.text or "")
        return written.strip() or None if written is not None else None

    def variable(self) -> Variable:
        """The node itself read as an information item: a parameter, column or variable."""
        return Variable(self.name() or "", self.type_ref())

    def hrefs(self, tag: str) -> tuple[str, ...]:
        return tuple(href for node in self.children(tag) if (href := node.get("href")))
