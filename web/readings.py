"""Reading on the screen: the grants one reads by, two readers sitting down together, page after page under a watermark.

A page's image is shown for the view that was just written down and for no other; there is no address of the file.
"""

from flask import Blueprint, Response, current_app, g, make_response, redirect, render_template, request
from flask_login import current_user as login

from archive.images import pages, readings
from archive.images.models import ImageFile
from archive.reading import closing, grants, sitting
from archive.reading.grant_tables import GRANT_LABELS, Grant, GrantStatus, PageView, Sitting
from archive.reading.models import READING_LABELS
from archive.reading.purposes import PURPOSE_LABELS
from archive.reading.sitting import Standing, State
from web.asked import text as asked_text
from web.files import SANDBOX
from web.navigation import Entry
from web.reader import current_user
from web.task_forms import password_right
from workflow.errors import Invalid, NotFound, Sentence, Unavailable, sentence
from workflow.identity import User
from workflow.models import StoredFile

blueprint = Blueprint("readings", __name__, url_prefix="/readings")

NAVIGATION = (Entry("Readings", "readings.index", order=44),)
BEAT = 15  # seconds between two signs of life of the screen
FETCHED = ("image", None)  # what a browser says when a page shows it (None: an older browser)


@blueprint.get("")
def index() -> str:
    """What I may read, and what I have to look after."""
    user = current_user()
    return render_template("readings.html", grants=grants.of(g.session, user), me=user)


@blueprint.get("/<int:grant_id>")
def show(grant_id: int) -> Response:
    """The page on the screen, or what is to be done before there is one."""
    user, grant = current_user(), _grant(grant_id)
    here = sitting.of_browser(g.session, grant, login.sign_in)
    stands = sitting.standing(g.session, here) if here else None
    shown = (
        _reading(grant, here, stands)
        if here and stands and stands.state is State.GOING_ON
        else _before(grant, user, stands)
    )
    answer = make_response(shown)
    if stands and stands.state is State.GOING_ON:
        answer.headers["Refresh"] = str(min(stands.again, stands.left // 1000) + 1)
    return answer


@blueprint.post("/<int:grant_id>/sitting")
def sit_down(grant_id: int) -> Response:
    """The second reader types their password at the first one's screen. A wrong one is told and counted."""
    grant = _reader_s(grant_id)
    second = _other(grant, asked_text("second"))
    if not _password_right(second, "password"):
        return _refused(grant, second)
    agent = request.user_agent.string
    sitting.begin(g.session, grant, login.sign_in, second, request.remote_addr or "", agent)
    return _back(grant)


@blueprint.post("/<int:grant_id>/presence")
def show_presence(grant_id: int) -> Response:
    """Both type their passwords again."""
    grant, here = _sitting(grant_id)
    for user, field in ((current_user(), "first_password"), (g.session.get_one(User, here.second), "password")):
        if not _password_right(user, field):
            return _refused(grant, user)
    sitting.settle(g.session, here)
    if here.ended_at is None:
        sitting.ask_again(g.session, here)
    return _back(grant)


@blueprint.post("/<int:grant_id>/pages")
def turn(grant_id: int) -> Response:
    """Another page comes to the screen; it is written down before it is shown."""
    grant, here = _sitting(grant_id)
    image = _asked_page(grant)
    if sitting.settle(g.session, here).state is State.GOING_ON:
        sitting.turn(g.session, here, image, request.remote_addr or "")
    return _back(grant)


@blueprint.post("/<int:grant_id>/beats")
def beat(grant_id: int) -> Response:
    """The screen's sign of life: the time that is left, or away with the page."""
    grant = _reader_s(grant_id)
    here = sitting.of_browser(g.session, grant, login.sign_in)
    stands = sitting.settle(g.session, here) if here else None
    if stands is None or stands.state is not State.GOING_ON:
        return Response(headers={"HX-Redirect": f"/readings/{grant.id}"})
    return make_response(render_template("_reading_time.html", grant=grant, stands=stands, beat=BEAT))


@blueprint.delete("/<int:grant_id>/sitting")
@blueprint.post("/<int:grant_id>/sitting/end")
def leave(grant_id: int) -> Response:
    """Leave the screen; what is left may be read another time. Either reader may, from wherever."""
    grant = _reader_s(grant_id)
    found = sitting.now_at(g.session, grant)
    if found is not None:
        sitting.end(g.session, found)
    return _back(grant)


@blueprint.post("/<int:grant_id>/end")
def finish(grant_id: int) -> Response:
    """The readers are done with it."""
    grant = _reader_s(grant_id)
    closing.finish(g.session, grant, current_user())
    return _back(grant)


@blueprint.post("/<int:grant_id>/withdrawal")
def withdraw(grant_id: int) -> Response:
    """Taken back, with a reason."""
    grant = _grant(grant_id)
    closing.withdraw(g.session, grant, current_user(), asked_text("why", 300))
    return _back(grant)


@blueprint.get("/<int:grant_id>/views/<int:view_id>.jpg")
def picture(grant_id: int, view_id: int) -> Response:
    """The image of the page that is on the screen now, under the watermark; kept by no cache. NotFound for every other,
    and outside the page it belongs to."""
    grant = _reader_s(grant_id)
    view = _view_now(grant, view_id)
    content = _watermarked(view)
    answer = Response(content, mimetype="image/jpeg")
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["Cache-Control"] = "no-store"
    if "download" in request.args and grant.may_download:
        answer.headers["Content-Disposition"] = f'attachment; filename="{view.id}.jpg"'
    elif request.headers.get("Sec-Fetch-Dest") not in FETCHED:
        raise NotFound
    return answer


def _grant(grant_id: int) -> Grant:
    return grants.find(g.session, grant_id, current_user())


def _reader_s(grant_id: int) -> Grant:
    """The grant, for its readers; NotFound for anybody else."""
    grant = _grant(grant_id)
    if not grants.is_reader(grant, current_user().name):
        raise NotFound
    return grant


def _sitting(grant_id: int) -> tuple[Grant, Sitting]:
    """The grant and the sitting of this browser; NotFound when there is none."""
    grant = _reader_s(grant_id)
    here = sitting.of_browser(g.session, grant, login.sign_in)
    if here is None:
        raise NotFound
    return grant, here


def _view_now(grant: Grant, view_id: int) -> PageView:
    here = sitting.of_browser(g.session, grant, login.sign_in)
    stands = sitting.standing(g.session, here) if here else None
    if stands is None or stands.state is not State.GOING_ON or stands.view is None or stands.view.id != view_id:
        raise NotFound
    return stands.view


def _watermarked(view: PageView) -> bytes:
    file: StoredFile = view.image.file
    place = current_app.office.files.path(file.sha256)  # type: ignore[attr-defined]
    if not place.exists():
        raise Unavailable(
            "The file {name} is missing in the store. Tell whoever looks after the system.", name=file.name
        )
    return readings.watermarked(place, file.name, *sitting.mark(g.session, view))


def _asked_page(grant: Grant) -> ImageFile:
    """The granted page a form asks for; NotFound for any other."""
    asked = (request.form.get("material", type=int), request.form.get("page", type=int))
    found = next((each for each in grants.leaves(g.session, grant) if (each.material_id, each.page) == asked), None)
    if found is None:
        raise NotFound
    return found


def _other(grant: Grant, asked: str) -> User:
    """The second reader: the one named, else the only other one."""
    others = [each for each in grants.logins(grant) if each != current_user().name]
    name = asked if asked in others else others[0] if len(others) == 1 else ""
    user = g.session.get(User, name)
    if user is None:
        raise Invalid({"second": [sentence("Choose who reads with you.")]})
    return user


def _password_right(user: User, field: str) -> bool:
    return password_right(user.name, request.form.get(field, ""))


def _refused(grant: Grant, user: User) -> Response:
    """The page again with what was wrong; not raised, so that the wrong password stays counted."""
    here = sitting.of_browser(g.session, grant, login.sign_in)
    stands = sitting.standing(g.session, here) if here else None
    said = sentence("The password of {name} is not right.", name=user.display_name)
    return make_response(_before(grant, current_user(), stands, said), 422)


def _reading(grant: Grant, here: Sitting, stands: Standing) -> str:
    leaves = grants.leaves(g.session, grant)
    shown = stands.view.image_id if stands.view else None
    number = next((n for n, each in enumerate(leaves) if each.id == shown), None)
    return render_template(
        "reading.html", grant=grant, here=here, stands=stands, leaves=leaves, number=number, beat=BEAT
    )


def _before(grant: Grant, user: User, stands: Standing | None, problem: Sentence | None = None) -> str:
    """Who is to sign in, who to be asked again, or how it ended; for who oversees it the log."""
    oversees = grants.may_oversee(g.session, grant, user)
    return render_template(
        "reading_before.html",
        grant=grant,
        stands=stands,
        problem=problem,
        me=user,
        reads=grants.is_reader(grant, user.name),
        others=[each for each in grants.logins(grant) if each != user.name],
        elsewhere=None if stands else sitting.now_at(g.session, grant),
        oversees=oversees,
        log=sitting.log(g.session, grant) if oversees else [],
        is_open=grants.is_open(grant),
    )


def _back(grant: Grant) -> Response:
    return make_response(redirect(f"/readings/{grant.id}", 303))


def minutes(ms: int) -> str:
    """A time as 1:59 (minutes and seconds)."""
    return f"{ms // 60_000}:{ms // 1000 % 60:02d}"


blueprint.app_context_processor(
    lambda: {
        "grant_labels": GRANT_LABELS,
        "reading_labels": READING_LABELS,
        "purpose_labels": PURPOSE_LABELS,
        "grant_left": grants.left,
        "minutes": minutes,
        "open_grant": GrantStatus.OPEN,
        "place_of": pages.number,
    }
)
