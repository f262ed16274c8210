"""A process's diagram as its reader sees it: the names of its elements in the reader's language."""

from functools import lru_cache

from lxml import etree

from workflow import xmlsafe
from workflow.diagram.names import CAMUNDA, bpmn

PROPERTIES = f".//{bpmn('extensionElements')}/{{{CAMUNDA}}}properties/{{{CAMUNDA}}}property"
LABEL = "{http://www.omg.org/spec/BPMN/20100524/DI}BPMNLabel"
ROOM = 90.0  # pixels a label of Latin letters needs; Chinese ones are drawn narrower
TEXT = bpmn("text")


@lru_cache(maxsize=64)
def spoken(xml: bytes, language: str) -> bytes:
    """The file with every name that has one in `language` (its property `name:en`) said in it; else as it is drawn."""
    root = xmlsafe.read(xml)
    renamed = set()
    for said in root.iterfind(f"{PROPERTIES}[@name='name:{language}']"):
        element = said.getparent().getparent().getparent()
        _rename(element, said.get("value", ""))
        renamed.add(element.get("id"))
    for label in root.iter(LABEL):
        if label.getparent().get("bpmnElement") in renamed:
            _widen(label)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _rename(element: etree._Element, name: str) -> None:
    """An annotation says its text, everything else its name."""
    text = element.find(TEXT)
    if text is not None:
        text.text = name
    else:
        element.set("name", name)


def _widen(label: etree._Element) -> None:
    """Give a label room to both sides, so that words are not broken."""
    for bounds in label:
        x, width = float(bounds.get("x", "0")), float(bounds.get("width", "0"))
        if width < ROOM:
            bounds.set("x", str(x - (ROOM - width) / 2))
            bounds.set("width", str(ROOM))
