"""What `outpaint evaluate` has written, read back."""

import csv

BASELINES = ["edge", "mirror", "mean colour"]


def table(out):
    with (out / "results.csv").open(encoding="utf8", newline="") as file:
        return list(csv.DictReader(file))


def numbers(out):
    """The table without times, which alone may differ."""
    return [{name: value for name, value in row.items() if name != "seconds"} for row in table(out)]
