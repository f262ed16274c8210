#!/bin/sh
# Install what running needs: `sh tools/setup.sh`; with `dev`, what the tests need as well.
# Quick when everything is there. Never asks anything.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }
refuse() { say "$*"; exit 1; }

wants_python='import sys; sys.exit(sys.version_info < (3, 11))'

find_python() {
    for name in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
        if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 && "$name" -c "$wants_python"; then
            printf '%s' "$name"
            return
        fi
    done
    refuse "Juanliu needs Python 3.11 or newer; none is on PATH (PYTHON= names one elsewhere)."
}

# Debian and Ubuntu: install packages when root, else say which.
install_packages() {
    why=$1
    shift
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
        refuse "$why Install it and try again: sudo apt-get install $*"
    fi
    say "Installing $* …"
    apt-get -qq update </dev/null >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" </dev/null >/dev/null
}

make_venv() {
    if [ -x .venv/bin/python ] && .venv/bin/python -c "$wants_python; import pip" 2>/dev/null; then
        return
    fi
    python=$(find_python)
    if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
        number=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        install_packages "This Python cannot make virtual environments." "python$number-venv"
    fi
    say "Making .venv with $("$python" --version) …"
    "$python" -m venv --clear .venv
}

# install NAME FILES…: pip install the last of FILES, unless that was done with these very FILES.
install_requirements() {
    stamp=.venv/.installed-$1
    shift
    wanted=$(cat "$@" | cksum)
    if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
        return
    fi
    for file in "$@"; do last=$file; done
    say "Installing $last …"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input -r "$last"
    printf '%s\n' "$wanted" >"$stamp"
}

has_browser() {
    command -v chromium || command -v chromium-browser || command -v google-chrome
}

has_cjk_font() {
    fc-list :lang=zh 2>/dev/null | grep -q .
}

make_venv
if [ "${1:-}" = dev ]; then
    install_requirements dev constraints.txt requirements.txt requirements-s3.txt requirements-ocr.txt requirements-dev.txt
    if ! has_browser >/dev/null || ! has_cjk_font; then
        install_packages "The tests look at the pages in a browser." chromium fonts-noto-cjk fontconfig
    fi
else
    install_requirements run constraints.txt requirements.txt
fi
.venv/bin/python tools/frontend.py
