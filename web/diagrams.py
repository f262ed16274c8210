"""A process's diagram as its reader sees it: the names of its elements in the reader's language."""

from functools import lru_cache

from lxml import etree

from workflow import xmlsafe
from workflow.diagram.names import CAMUNDA, bpmn

PROPERTIES = f".//{bpmn('extensionElements')}/{{{CAMUNDA}}}properties/{{{CAMUNDA}}}property"
TEXT = bpmn("text")


@lru_cache(maxsize=64)
def spoken(xml: bytes, language: str) -> bytes:
    """The file with every name that has one in `language` (its property `name:en`) said in it; else as it is drawn."""
    root = xmlsafe.read(xml)
    for said in root.iterfind(f"{PROPERTIES}[@name='name:{language}']"):
        _rename(said.getparent().getparent().getparent(), said.get("value", ""))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _rename(element: etree._Element, name: str) -> None:
    """An annotation says its text, everything else its name."""
    text = element.find(TEXT)
    if text is not None:
        text.text = name
    else:
        element.set("name", name)
