"""Documents: filled from templates that may come from anyone."""

import io
import zipfile

import pytest
from docx import Document

from workflow import documents
from workflow.documents import TemplateRefused


def template(*lines: str) -> bytes:
    made = Document()
    for line in lines:
        made.add_paragraph(line)
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


def text(docx: bytes) -> list[str]:
    return [paragraph.text for paragraph in Document(io.BytesIO(docx)).paragraphs]


def with_part(docx: bytes, name: str, content: bytes) -> bytes:
    kept = io.BytesIO(docx)
    with zipfile.ZipFile(kept, "a") as package:
        package.writestr(name, content)
    return kept.getvalue()


def replaced(docx: bytes, name: str, change) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as old, zipfile.ZipFile(kept, "w") as new:
        for part in old.infolist():
            content = old.read(part.filename)
            new.writestr(part.filename, change(content) if part.filename == name else content)
    return kept.getvalue()


def test_facts_fill_the_places():
    made = documents.render(template("收到{{ name }}的档案，共 {{ pages }} 页。"), {"name": "王晓明", "pages": 12})
    assert text(made) == ["收到王晓明的档案，共 12 页。"]


def test_a_template_is_looked_through_once_and_another_anew(monkeypatch):
    plain, changed, opened = template("致 {{ name }}"), template("致{{ name }}"), []
    read = zipfile.ZipFile.open
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *given, **more: opened.append(given[1]) or read(*given, **more))
    documents.render(plain, {"name": "李明"})
    first = len(opened)
    documents.render(plain, {"name": "王芳"})
    assert first > 1 and len(opened) == first
    documents.render(changed, {"name": "王芳"})
    assert len(opened) == 2 * first


def test_what_was_refused_is_refused_again():
    bad = with_part(template("x"), "word/vbaProject.bin", b"x")
    for _ in range(2):
        with pytest.raises(TemplateRefused, match="macros"):
            documents.render(bad, {})


def test_a_list_repeats_a_paragraph():
    lines = ["{%p for row in rows %}", "{{ row.no }}. {{ row.name }}", "{%p endfor %}"]
    made = documents.render(template(*lines), {"rows": [{"no": 1, "name": "甲"}, {"no": 2, "name": "乙"}]})
    assert text(made) == ["1. 甲", "2. 乙"]


@pytest.mark.parametrize("name", ["<w:p/>", "A & B", '"x"', "{{ 7 * 7 }}", "]]>"])
def test_facts_are_text_and_never_markup(name):
    assert text(documents.render(template("{{ name }}"), {"name": name})) == [name]


@pytest.mark.parametrize(
    "line",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ name.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ self.__init__ }}",
        "{{ rows.append(1) }}",
        "{{ '%c' % name.format.__globals__ }}",
        "{% for i in range(10000000) %}x{% endfor %}",
        "{% include '/etc/passwd' %}",
        "{{ lipsum(n=1000) }}",
    ],
)
def test_a_template_reaches_nothing_but_the_facts(line):
    with pytest.raises(TemplateRefused, match="cannot be filled"):
        documents.render(template(line), {"name": "x", "rows": []})


def test_an_unknown_place_is_named():
    with pytest.raises(TemplateRefused, match="'nmae' is undefined"):
        documents.render(template("{{ nmae }}"), {"name": "x"})


@pytest.mark.parametrize("line", ["{{ name", "{% for x in y %}", "{{ 1/0 }}", "{{ name + 1 }}"])
def test_a_broken_place_is_refused_in_words(line):
    with pytest.raises(TemplateRefused, match="cannot be filled"):
        documents.render(template(line), {"name": "x", "y": []})


@pytest.mark.parametrize("content", [b"", b"PK", b"%PDF-1.7", b"<html/>"])
def test_what_is_no_docx_is_refused(content):
    with pytest.raises(TemplateRefused, match="not a .docx file"):
        documents.render(content, {})


def test_a_zip_that_is_no_document_is_refused():
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as package:
        package.writestr("a.txt", "hello")
    with pytest.raises(TemplateRefused, match="not a .docx file"):
        documents.check(kept.getvalue())


@pytest.mark.parametrize("part", ["word/vbaProject.bin", "word/embeddings/x.bin", "word/activeX/activeX1.xml"])
def test_macros_and_embedded_objects_are_refused(part):
    with pytest.raises(TemplateRefused, match="macros or embedded objects"):
        documents.check(with_part(template("x"), part, b"x"))


RELATION = '<Relationship Id="rX" Type="http://x/{kind}" Target="http://evil.example/a" TargetMode="External"/></Relationships>'


def related(kind: str) -> bytes:
    def add(content: bytes) -> bytes:
        return content.replace(b"</Relationships>", RELATION.format(kind=kind).encode())

    return replaced(template("x"), "word/_rels/document.xml.rels", add)


@pytest.mark.parametrize("kind", ["attachedTemplate", "image", "oleObject", "frame"])
def test_what_loads_from_elsewhere_is_refused(kind):
    with pytest.raises(TemplateRefused, match="loads something from elsewhere"):
        documents.check(related(kind))


def test_a_link_to_click_is_allowed():
    documents.check(related("hyperlink"))


def test_an_entity_bomb_is_refused():
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'
    with pytest.raises(TemplateRefused, match="DOCTYPE"):
        documents.check(replaced(template("x"), "word/document.xml", lambda _: bomb))


def test_a_file_that_grows_when_unpacked_is_refused():
    kept = io.BytesIO(template("x"))
    with zipfile.ZipFile(kept, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/media/big.bin", b"0" * 21_000_000)
    with pytest.raises(TemplateRefused, match="too large when unpacked"):
        documents.check(kept.getvalue())


def test_millions_of_empty_paragraphs_are_refused():
    paragraphs = lambda content: content.replace(b"<w:sectPr", b"<w:p/>" * 100_000 + b"<w:sectPr")  # noqa: E731
    with pytest.raises(TemplateRefused, match="elements"):
        documents.check(replaced(template("x"), "word/document.xml", paragraphs))
