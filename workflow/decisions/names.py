"""The vocabulary of a DMN file."""

from lxml import etree

NAMESPACES = (
    "https://www.omg.org/spec/DMN/20191111/MODEL/",  # 1.3, which dmn-js writes
    "http://www.omg.org/spec/DMN/20180521/MODEL/",  # 1.2
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd",  # 1.1
    "http://www.omg.org/spec/DMN/20151101/dmn11.xsd",
)
LOGIC = (
    "decisionTable",
    "literalExpression",
    "context",
    "invocation",
    "relation",
    "list",
    "functionDefinition",
)  # what a decision may hold; the first two are ours


def is_dmn(element: etree._Element) -> bool:
    return isinstance(element.tag, str) and etree.QName(element).namespace in NAMESPACES


def local(element: etree._Element) -> str:
    """The local name of a DMN element; "" for elements of other vocabularies."""
    return etree.QName(element).localname if is_dmn(element) else ""


def children(element: etree._Element, tag: str) -> list[etree._Element]:
    return [each for each in element if local(each) == tag]


def child(element: etree._Element, tag: str) -> etree._Element | None:
    return next(iter(children(element, tag)), None)


def text(element: etree._Element | None) -> str:
    """What stands in the element's <text>, stripped; "" when there is none."""
    inner = child(element, "text") if element is not None else None
    return "" if inner is None else (inner.text or "").strip()
