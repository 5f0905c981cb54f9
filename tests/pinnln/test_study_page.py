"""The page of a study: one file, nothing loaded, every cell in it; and a browser opens it without a complaint."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pinnln.study import Run
from pinnln.study_page import study_page
from pinnln.study_report import study_report

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--enable-logging=stderr", "--v=0"),
)
needs_a_browser = pytest.mark.skipif(not CHROMIUM, reason="no Chromium here: apt-get install chromium")
WIDTHS = """<script>addEventListener("load", () => { for (const image of document.images) {
  const note = document.createElement("output"); note.textContent = `natural width ${image.naturalWidth}`;
  document.body.append(note); } });</script>"""


@pytest.fixture(scope="module")
def page(study_runs: list[Run]) -> str:
    """The page of the runs that all tests of studies share."""
    report = study_report(study_runs, "pinnln compare <all>", ["raw", "nondimensional"], ["adam", "lm"])
    return study_page(report, study_runs)


class Outline(HTMLParser):
    """The tags of a page that are open, all its addresses and its text."""

    EMPTY = ("meta", "link", "img")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: str) -> Outline:
    """A page, taken apart."""
    found = Outline()
    found.feed(page)
    return found


def test_the_page_needs_nothing_else(page: str) -> None:
    """Every tag is closed; addresses are within the page or hold their data; no script."""
    outline = read(page)
    assert outline.open == []
    assert all(address.startswith(("#", "data:")) for address in outline.addresses)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert {address[1:] for address in outline.addresses if address.startswith("#")} <= set(ids)
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page


def test_figures_are_pictures_with_curves(page: str) -> None:
    """One for each problem, as SVG inside the page, and the same bytes each time."""
    pictures = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', page)
    assert len(pictures) == 2
    for drawn in pictures:
        root = ElementTree.fromstring(base64.b64decode(drawn))
        assert len(root.findall(".//{http://www.w3.org/2000/svg}path")) > 20


def test_every_cell_and_every_failure_is_told(page: str, study_runs: list[Run]) -> None:
    """Medians, ranges, remarks, reasons; unsafe ways carry the label wherever they are a row."""
    text = re.sub(r"\s+", " ", read(page).text)
    for words in ("2.0e-06", "1e-06 … 3e-06", "8.0e-01", "7e-01 … failed", "1 of 3 failed, 2 of 3 stalled", "3 s of"):
        assert words in text
    assert text.count("rawunsafe") == 4
    assert "nondimensionalunsafe" not in text
    assert "T is infinite at x = <here>" in text
    assert "lm for 3 s" in text


def test_what_runs_say_is_text_never_markup(page: str, study_run: Callable[..., Run]) -> None:
    """Commands, messages and names are escaped."""
    assert "pinnln compare &lt;all&gt;" in page
    sly = [study_run(status="failed", way="raw<script>alert(1)</script>", message="<img src=x>")]
    found = study_page(study_report(sly, "", [], []), sly)
    assert "<script" not in found
    assert "<img src=x>" not in found


def test_a_page_of_one_run_has_no_ranges(study_run: Callable[..., Run]) -> None:
    """The smallest study there is."""
    runs = [study_run(0.5, 0.1)]
    text = read(study_page(study_report(runs, "", [], []), runs)).text
    assert "1.0e-01" in text
    assert "What failed" not in text


def browse(page: Path, profile: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """A page, opened in a browser that has no past."""
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", *more, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


@needs_a_browser
def test_a_browser_opens_the_page_without_a_complaint(page: str, tmp_path: Path) -> None:
    """No word on its console, the page under the promise that it loads nothing, its figures drawn."""
    path = tmp_path / "study.html"
    path.write_text(page, encoding="utf-8")
    opened = browse(path, tmp_path / "profile", "--dump-dom")
    assert [line for line in opened.stderr.splitlines() if "CONSOLE" in line] == []
    assert opened.stdout.count("<img src=") == 2
    asking = page.replace("style-src", "script-src 'unsafe-inline'; style-src").replace("</body>", f"{WIDTHS}</body>")
    path.write_text(asking, encoding="utf-8")
    asked = browse(path, tmp_path / "other", "--dump-dom")
    widths = re.findall(r"natural width (\d+)", asked.stdout.rpartition("</script>")[2])
    assert len(widths) == 2
    assert all(int(width) > 100 for width in widths)


@needs_a_browser
def test_a_browser_that_is_given_a_broken_page_complains(tmp_path: Path) -> None:
    """The check above can fail: what a page may not load is told on the console."""
    path = tmp_path / "study.html"
    path.write_text("<!doctype html><script>throw Error('not drawn')</script>", encoding="utf-8")
    opened = browse(path, tmp_path / "profile", "--dump-dom")
    assert any("CONSOLE" in line and "not drawn" in line for line in opened.stderr.splitlines())


@needs_a_browser
def test_the_page_prints(page: str, tmp_path: Path) -> None:
    """To a PDF with a sheet at a glance, one for each problem, what failed and how to read it."""
    path, printed = tmp_path / "study.html", tmp_path / "study.pdf"
    path.write_text(page, encoding="utf-8")
    browse(path, tmp_path / "profile", f"--print-to-pdf={printed}", "--no-pdf-header-footer")
    sheets = len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes()))
    assert 4 <= sheets <= 6
