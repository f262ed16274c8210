"""A signature drawn on the screen: a picture kept as a file; without one the password; anything else is refused."""

import base64
import io

import pytest
from PIL import Image, ImageDraw
from werkzeug.datastructures import MultiDict

from forms.compiler import compile_form
from forms.context import FormContext
from tests.web.desk import form
from workflow import office as offices
from workflow.errors import Invalid
from workflow.models import StoredFile

FORM = form({"type": "textfield", "key": "sign", "label": "签名", "properties": {"kind": "drawn-signature"}})


def png(ink: int = 60, size: tuple[int, int] = (200, 60), kind: str = "PNG", mode: str = "RGBA") -> str:
    image, made = Image.new(mode, size), io.BytesIO()
    if ink:
        ImageDraw.Draw(image).line([(5, 5), (5 + ink, 40)], fill="black", width=3)
    image.save(made, kind)
    return "data:image/png;base64," + base64.b64encode(made.getvalue()).decode()


@pytest.fixture
def office(sqlite_office):
    return sqlite_office


@pytest.fixture
def context(session, clock, anna):
    return FormContext(session, anna, check_password=lambda name, typed: (name, typed) == ("anna", "right"))


def load(context, **sent):
    return compile_form(FORM).load(
        MultiDict({f"sign.{name}": text for name, text in sent.items()}), MultiDict(), context
    )


def test_a_drawn_signature_is_kept_as_a_file(session, context):
    signed = load(context, drawn=png(), password="")["sign"]
    row = session.get_one(StoredFile, signed["file"])

    assert (signed["by"], signed["at"], row.media_type, row.stored_by) == (
        "anna",
        "2026-07-01T01:00:00+00:00",
        "image/png",
        "anna",
    )
    with Image.open(offices.of(session).files.path(row.sha256)) as kept:
        assert kept.size == (200, 60)
    assert compile_form(FORM).fields["sign"].display(signed, context, {}) == "安娜 2026-07-01 09:00"


def test_without_a_drawing_the_password_signs(session, context):
    signed = load(context, drawn="", password="right")["sign"]

    assert signed == {"by": "anna", "at": "2026-07-01T01:00:00+00:00"}
    assert session.query(StoredFile).count() == 0


@pytest.mark.parametrize(
    "sent",
    [
        {"drawn": "", "password": "wrong"},
        {"drawn": png(ink=0)},
        {"drawn": png(ink=1, size=(3, 3))},
        {"drawn": "data:image/png;base64,AAAA"},
        {"drawn": "data:image/png;base64,!!!"},
        {"drawn": "data:image/svg+xml;base64,AAAA"},
        {"drawn": png(kind="GIF", mode="RGB")},
        {"drawn": png(size=(3000, 1000))},
        {"drawn": "data:image/png;base64," + "A" * 300_000},
        {"drawn": png()[:-40]},
    ],
    ids=["password", "blank", "dot", "no picture", "no base64", "svg", "gif", "pixels", "bytes", "cut"],
)
def test_what_is_no_signature_is_refused_and_nothing_kept(session, context, sent):
    with pytest.raises(Invalid) as wrong:
        load(context, **sent)

    assert list(wrong.value.problems) == ["sign"]
    assert session.query(StoredFile).count() == 0


def test_nothing_drawn_and_nothing_typed_is_no_signature(context):
    assert load(context, drawn="", password="")["sign"] is None


def test_the_pad_needs_scripts_and_the_password_does_not(context):
    drawn = compile_form(FORM).render(None, None, context)

    assert 'class="drawn" data-drawn hidden' in drawn
    assert 'name="sign.password"' in drawn


def test_a_draft_keeps_no_signature(context):
    typed = compile_form(FORM).typed(MultiDict({"sign.drawn": png(), "sign.password": "right"}))

    assert typed == {}
