"""The page that deploys answers every hostile or wrong file with sentences, in time, and keeps nothing."""

import io

from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from tests.workflow.hostile import FILES
from workflow.models import ProcessDefinition, ResourceContent


def upload(browser, files):
    sent = MultiDict(
        ("diagram" if name.endswith(".bpmn") else "resources", FileStorage(io.BytesIO(content), name))
        for name, content in files.items()
    )
    boundary, body = encode_multipart(sent)  # in memory; the client's own way leaves files open
    return browser.post("/definitions", data=body, content_type=f"multipart/form-data; boundary={boundary}")


def test_every_hostile_file_is_refused_on_the_page_and_nothing_is_kept(office, signed_in):
    eve = signed_in("eve")
    for name, (files, element, _said) in FILES.items():
        answer = upload(eve, files)
        assert answer.status_code in (413, 422), name
        assert "Traceback" not in answer.text, name
        assert element in answer.text.replace("&#34;", '"').replace("&quot;", '"'), name
    with office.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ProcessDefinition)) == 0
        assert session.scalar(select(func.count()).select_from(ResourceContent)) == 0
