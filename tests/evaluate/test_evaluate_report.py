"""The report: one file that needs nothing else, safe for any name, the worst first; and the CSV for any name."""

import base64
import csv
import io
import math
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from lib_outpaint.evaluate import words
from lib_outpaint.evaluate.evaluation import Evaluation, Row, folder_name
from lib_outpaint.evaluate.ranking import ranked
from lib_outpaint.evaluate.report import Heading, html_report
from lib_outpaint.evaluate.table import COLUMNS, csv_text, summaries

NASTY = [
    "<script>alert(1)</script>.png",
    '"><img src=x onerror=alert(1)>.png',
    "a&amp;b, 'c'.png",
    "=1+1.png",
    "line\nbreak.png",
    "ünïcode 写真.png",
]


def row(file="a.png", setting="default", kind="engine", engine="draft", **figures):
    found = dict.fromkeys(("psnr", "ssim", "seam_slope", "colour_step", "spectrum", "detail", "histogram"), 1.0)
    return Row(
        file,
        file[0],
        "right",
        setting,
        kind,
        engine,
        8,
        16,
        16,
        5,
        64,
        640,
        1.5,
        found | {"lpips": None} | figures,
        picture="p.png",
        truth="t.png",
        source=(0, 0, 8, 16),
    )


@pytest.fixture
def out(tmp_path):
    Image.fromarray(np.full((16, 16, 3), 90, np.uint8)).save(tmp_path / "t.png")
    Image.fromarray(np.full((16, 16, 3), 99, np.uint8)).save(tmp_path / "p.png")
    return tmp_path


class Page(HTMLParser):
    """Tags with their attributes, and the text outside scripts and styles."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.text, self._inside = [], "", ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self._inside = tag

    def handle_data(self, data):
        if self._inside not in ("script", "style"):
            self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def report(rows, out, **more):
    return html_report(Evaluation(rows), out, Heading("a half cut off the right side", [("Version", "1")]), **more)


@pytest.mark.parametrize("name", NASTY)
def test_names_are_text_wherever_they_stand(name, out):
    rows = [row(name, setting=name), row(name, setting="edge", kind="baseline"), Row(name, error=f"{name}: is bad", code=2)]
    page = Page(report(rows, out))
    assert len(page.all("script")) == 1
    assert all(set(image) == {"loading", "width", "height", "alt", "src"} for image in page.all("img"))
    assert not [attributes for _, attributes in page.tags if any(key.startswith("on") for key in attributes)]
    assert name in page.text
    table = list(csv.reader(io.StringIO(csv_text(rows))))
    assert [line[0] for line in table[1:]] == [name] * 3
    assert all(len(line) == len(COLUMNS) for line in table)


def test_it_needs_nothing_from_elsewhere(out):
    text = report([row()], out)
    page = Page(text)
    assert not page.all("link")
    assert "http" not in re.sub(r"base64,[A-Za-z0-9+/=]+", "", text)
    sources = [image["src"] for image in page.all("img")]
    assert len(sources) == 4  # truth, cut, result, difference
    files = [io.BytesIO(base64.b64decode(source.removeprefix("data:image/jpeg;base64,"))) for source in sources]
    images = [np.array(Image.open(file)) for file in files]
    assert [int(image[8, 3].mean().round()) for image in images] == [90, 90, 99, 18]  # the difference twice as strong
    assert abs(int(images[1][8, 12].mean()) - 160) < 20  # hatched


def test_a_picture_in_a_folder_is_linked_with_its_path_quoted(out):
    (out / "pictures").mkdir()
    (out / "t.png").rename(out / "pictures/100% #1?.png")
    one = row()
    one.truth = "pictures/100% #1?.png"
    assert Page(report([one], out)).all("a")[0]["href"] == "pictures/100%25%20%231%3F.png"


def test_only_the_first_rows_have_pictures_when_there_are_many(out):
    page = Page(report([row(f"{number}.png") for number in range(5)], out, most_pictures=2))
    assert len(page.all("img")) == 8
    assert "Only the first 2 of 5" in page.text


def test_rows_are_ranked_by_all_figures_but_psnr_and_detail():
    good = row("good.png", ssim=0.9, spectrum=0.5, psnr=5.0, detail=20.0)
    bad = row("bad.png", ssim=0.1, spectrum=9.0, psnr=30.0, detail=0.0)
    middle = row("middle.png", ssim=0.5, spectrum=2.0)
    found = [(rank, one.file) for rank, one in ranked([good, bad, middle])]
    assert found == [(3, "bad.png"), (2, "middle.png"), (1, "good.png")]
    assert ranked([]) == []


def test_a_figure_that_some_rows_lack_does_not_rank():
    without = row("without.png", lpips=None, ssim=0.6)
    beside = row("beside.png", lpips=0.9, ssim=0.7)
    assert [one.file for _, one in ranked([without, beside])] == ["without.png", "beside.png"]


def test_equal_rows_are_in_the_order_of_their_names():
    assert [one.file for _, one in ranked([row("b.png"), row("a.png"), row("c.png")])] == ["a.png", "b.png", "c.png"]


def test_medians_leave_failures_out_and_count_them():
    failed = row("c.png")
    failed.figures, failed.error = {}, "no"
    flawless = row("a.png", "edge", "baseline", psnr=math.inf)
    found = summaries([row("a.png", psnr=10.0), row("b.png", psnr=20.0), failed, flawless])
    assert [(one.setting, one.measured, one.failed) for one in found] == [("default", 2, 1), ("edge", 1, 0)]
    assert found[0].medians["psnr"] == 15
    assert found[0].medians["lpips"] is None
    assert found[1].as_dict()["medians"]["psnr"] == "inf"


def test_the_best_median_is_marked_only_where_settings_differ(out):
    rows = [
        row(setting="one", ssim=0.5, psnr=10.0),
        row(setting="two", ssim=0.7, psnr=10.0),
        row(setting="edge", kind="baseline", ssim=0.9),
    ]
    best = [attributes for attributes in Page(report(rows, out)).all("td") if attributes.get("class") == "best"]
    assert [one["data-label"] for one in best] == ["SSIM"]


def test_csv_numbers_are_plain():
    text = csv_text([row(psnr=math.inf, ssim=0.123456789, spectrum=12345.0, detail=-0.5)])
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [lines[0][name] for name in ("psnr", "ssim", "lpips", "spectrum", "detail", "seconds", "seed")] == [
        "inf",
        "0.1235",
        "",
        "12345",
        "-0.5",
        "1.5",
        "5",
    ]


def test_it_says_what_a_drafts_numbers_are_worth_and_only_then(out):
    assert "cannot teach how well a model will do" in Page(report([row()], out)).text
    plain = Page(report([row(engine="diffusers")], out)).text
    assert "cannot teach how well a model will do" not in plain
    assert "PSNR and, less so, SSIM reward a result that commits itself to nothing" in plain


def test_it_counts_where_blur_wins():
    rows = [
        row("a.png", psnr=10.0),
        row("a.png", "mean colour", "baseline", psnr=12.0),
        row("b.png", psnr=20.0),
        row("b.png", "mean colour", "baseline", psnr=12.0),
    ]
    assert "on 1 of 2 cuts" in words.blur_wins(rows)
    assert words.blur_wins(rows[:1]) == ""


def test_it_says_when_settings_came_to_the_same():
    rows = [row("a.png", "fill=noise"), row("a.png", "fill=edge"), row("a.png", "overlap=0", ssim=0.2)]
    assert words.same_pictures(rows) == "The same pictures came of fill=noise and fill=edge."
    assert words.same_pictures(rows[1:]) == ""


class _Named:
    kind = "engine"

    def __init__(self, label):
        self.label = label


def test_settings_have_folders_of_their_own_on_every_file_system():
    labels = [
        "default",
        "fill=noise, overlap=16",
        "fill=noise; overlap=16",
        "side_prompts=left: a/b\\c",
        "..",
        "con",
        "a" * 300,
        "aspect:*?",
        "ü",
    ]
    names = [folder_name(_Named(label)) for label in labels]
    assert len({name.lower() for name in names}) == len(labels)
    assert all(re.fullmatch(r"engine-[A-Za-z0-9=._-]{0,80}", name) and not name.endswith(".") for name in names)
    assert names[0] == "engine-default"


def test_a_picture_that_is_the_truth_has_an_infinite_psnr(out):
    assert "\u221e" in report([row(psnr=math.inf)], out)


def test_rows_without_a_psnr_do_not_count_where_blur_wins():
    rows = [
        row(psnr=10.0),
        row(setting="edge", kind="baseline", psnr=20.0),
        row("b.png", psnr=None),
        row("b.png", setting="edge", kind="baseline", psnr=20.0),
    ]
    assert words.blur_wins(rows) == "In this table a fill without any engine has the highest PSNR on 1 of 1 cut."
