"""The command line: `flask --app wsgi …`. Every module here with a `group` is found by itself (web/app.py)."""
