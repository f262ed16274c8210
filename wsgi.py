"""The WSGI entry: `flask --app wsgi …`, `gunicorn wsgi:app`."""

import sys

from web import officeless
from workflow import logs

logs.tell_facts()
if officeless.asked_for(sys.argv):
    app = officeless.create_app()
else:
    from web.app import create_app

    app = create_app()
