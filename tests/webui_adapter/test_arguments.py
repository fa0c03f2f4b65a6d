"""What the WebUI hands the script: forms and lengths of its list of values, the tab's own fields, and what is refused."""

import pytest

from lib_outpaint.errors import ParamError


@pytest.mark.parametrize("count", [1, 3, 27])
def test_a_short_positional_list_does_not_take_the_next_scripts_values(host, make, count):
    """By API the list is shorter by what is missing, and the slice reaches into what stands behind it."""
    values = ([24] + [None] * 26)[:count]
    p = make(is_api=True)
    start, end = p.place
    behind = [["left"], "next script", 7]
    host.shared.state.begin()
    p.scripts.scripts.append(type("Next", (), {"args_from": end, "args_to": end + 3})())
    p.script_args = [*([None] * start), *values, *behind]
    processed = host.job.run(p, p.script_args[start:end], p.place)
    assert processed.images[0].size == (120, 80)


@pytest.mark.parametrize("given", [[{"left": 24}], [{"left": 24}, "ignored"], [24, 0, 8], [24] + [None] * 50, []], ids=len)
def test_a_list_of_another_length_leaves_always_on_scripts_behind_ours_their_values(host, make, given):
    seen = []

    class Behind:
        values = (0.5, ["left"])

        def title(self):
            return "Behind"

        def process(self, p, *values):
            seen.append(values)

    p = make(is_api=True)
    start, end = p.place
    behind = Behind()
    behind.args_from, behind.args_to = end, end + 2
    p.scripts.scripts.append(behind)
    p.scripts.alwayson_scripts.append(behind)
    p.script_args = [*([None] * start), *given, *Behind.values]
    host.shared.state.begin()
    if given and (len(given) < 50):
        host.job.run(p, p.script_args[start:end], p.place)
        assert seen == [Behind.values]
    else:
        fastapi = pytest.importorskip("fastapi")
        with pytest.raises(fastapi.HTTPException):
            host.job.run(p, p.script_args[start:end], p.place)
    assert tuple(p.script_args[end:]) == Behind.values


def test_bad_input_is_422_by_api_and_the_message_on_the_page(run, make, host):
    fastapi = pytest.importorskip("fastapi")
    with pytest.raises(ParamError) as refused:
        run({"left": 5000})
    assert (refused.value.field, refused.value.code) == ("left", "outside")
    with pytest.raises(fastapi.HTTPException) as raised:
        run({"left": 5000}, is_api=True)
    assert raised.value.status_code == 422
    assert "left: 5000 is outside 0..4096" in raised.value.detail
    assert host.processing.calls == []
    assert host.images.saved == []
