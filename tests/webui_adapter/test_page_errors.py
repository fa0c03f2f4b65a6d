"""What the page is told of a job that fails. Where pages drop what a script raises, it is a comment."""

import pytest

from lib_outpaint.errors import BackendError, ParamError


@pytest.fixture(params=["reForge", "Forge of 2024", "Forge Classic"])
def name(request):
    return request.param


@pytest.fixture
def loses_errors(as_host, name):
    as_host(name)


@pytest.fixture
def exhausted(host):
    def fails(p):
        raise RuntimeError("no such luck")

    host.processing.hooks["sample"] = fails


def test_bad_input_there(loses_errors, run, host):
    processed = run({"left": 0})
    assert processed.images == []
    (line,) = [line for line in processed.comments.splitlines() if "nothing grows" in line]
    assert line.startswith("⚠ Directional outpaint: ")  # which our script on the page puts above the gallery
    assert host.processing.calls == []


def test_a_sampler_that_fails_there(loses_errors, exhausted, run):
    processed = run({"left": 16})
    assert processed.images == []
    assert "⚠ Directional outpaint: the WebUI failed: no such luck" in processed.comments.splitlines()


@pytest.mark.parametrize("name", ["Forge", "A1111"])
def test_other_pages_show_what_is_raised(name, as_host, run):
    if name == "Forge":
        as_host(name)
    with pytest.raises(ParamError) as refused:
        run({"left": 0})
    assert refused.value.code == "nothing-grows"


def test_by_api_errors_are_answers_there_too(loses_errors, exhausted, run):
    from fastapi import HTTPException

    with pytest.raises(HTTPException) as refused:
        run({"left": 0}, is_api=True)
    assert refused.value.status_code == 422
    assert "nothing grows" in refused.value.detail
    with pytest.raises(BackendError, match="no such luck"):
        run({"left": 16}, is_api=True)


def test_a_sampler_that_fails_ends_a_batch_of_files(loses_errors, exhausted, make, host):
    """A picture that cannot grow is left out; where the sampler fails, the next one would fail too."""
    p = make({"left": 16})
    host.shared.state.job = "1 out of 2"
    with pytest.raises(BackendError, match="no such luck"):
        host.job.run(p, ({"left": 16},), p.place)
