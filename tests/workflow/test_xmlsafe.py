"""Hostile XML is refused with a sentence, quickly, and before anything is built from it."""

import gzip

import pytest

from tests.work import within
from workflow import xmlsafe
from workflow.xmlsafe import Limits, XmlRefused

FINE = '<?xml version="1.0" encoding="UTF-8"?><a><b c="中文"/></a>'.encode()
LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
HOSTILE = {
    "external entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "http entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "http://localhost:1/x">]><a>&x;</a>',
    "parameter entity": b'<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/passwd">%x;]><a/>',
    "external dtd": b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    "public dtd": b'<!DOCTYPE a PUBLIC "-//x//y" "http://localhost:1/x.dtd"><a/>',
    "plain doctype": b"<!DOCTYPE a><a/>",
    "internal entity": b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
    "billion laughs": f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><a>&l9;</a>'.encode(),
    "quadratic": b'<!DOCTYPE a [<!ENTITY x "' + b"y" * 50_000 + b'">]><a>' + b"&x;" * 5_000 + b"</a>",
    "late doctype": b"<a/><!DOCTYPE a>",
    "html": b"<!DOCTYPE html><html><br></html>",
    "utf-16": FINE.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    "latin-1": "<a>é</a>".encode("latin-1"),
    "declared latin-1": b'<?xml version="1.0" encoding="ISO-8859-1"?><a/>',
    "declared utf-7": b'<?xml version="1.0" encoding="UTF-7"?><a/>',
    "gb18030": "<a>档案</a>".encode("gb18030"),
    "nul": b"<a>\x00</a>",
    "gzip": gzip.compress(FINE),
    "empty": b"",
    "blank": b" \n ",
    "text": b"hello",
    "json": b'{"a": 1}',
    "cut off": b"<a><b>",
    "two roots": b"<a/><b/>",
    "undefined entity": b"<a>&nbsp;</a>",
    "undefined prefix": b"<x:a/>",
    "wide": b"<a>" + b"<b/>" * 20_001 + b"</a>",
    "deep": b"<a>" * 65 + b"</a>" * 65,
    "very deep": b"<a>" * 100_000,
    "big": b"<a>" + b" " * 2_000_000 + b"</a>",
    "long attribute": b'<a b="' + b"x" * 20_001 + b'"/>',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_a_sentence_and_little_work(name):
    with pytest.raises(XmlRefused) as refused:
        within(200_000, lambda: xmlsafe.read(HOSTILE[name]))
    assert str(refused.value).endswith(".")


def test_a_doctype_is_named_as_the_reason():
    with pytest.raises(XmlRefused, match="DOCTYPE"):
        xmlsafe.read(HOSTILE["billion laughs"])


def test_plain_xml_in_utf8_is_read_without_comments_and_instructions():
    root = xmlsafe.read(FINE.replace(b"<a>", b"<a><!-- <!DOCTYPE x> --><?php x?>"))
    assert [child.tag for child in root] == ["b"] and root[0].get("c") == "中文"


def test_a_byte_order_mark_of_utf8_is_accepted():
    assert xmlsafe.read(b"\xef\xbb\xbf<a/>").tag == "a"


def test_the_word_doctype_in_a_text_is_harmless():
    assert xmlsafe.read(b"<a><![CDATA[<!DOCTYPE a>]]></a>").text == "<!DOCTYPE a>"


def test_xinclude_is_left_alone():
    root = xmlsafe.read(
        b'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="/etc/passwd" parse="text"/></a>'
    )
    assert root[0].text is None


def test_the_limits_may_be_narrower():
    with pytest.raises(XmlRefused, match="more than 2 elements"):
        xmlsafe.read(b"<a><b/><b/></a>", Limits(elements=2))
    with pytest.raises(XmlRefused, match="larger than 3 bytes"):
        xmlsafe.read(b"<a/>", Limits(size=3))
