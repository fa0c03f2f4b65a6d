"""Two requests at once. The host lets one job sample at a time (its queue lock); routes of extensions run beside it."""

import base64
import importlib
import io
import threading

import numpy as np
import pytest

from .conftest import array
from .three_passes import JOB, OVERRIDES, PASSES, SIZES, state


def test_two_jobs_at_once_are_what_each_is_alone(host, make, tmp_path):
    alone = []
    for seed in (5, 6):
        p = make(JOB, seed=seed)
        host.shared.state.begin()
        alone.append(array(host.job.run(p, (JOB,), p.place).images[0]))
    before = state(host, tmp_path)
    queue, found, started = threading.Lock(), {}, threading.Barrier(2)

    def request(number, seed):
        p = make(JOB, seed=seed, override_settings=OVERRIDES if number else {"eta": 0.7})
        started.wait()
        with queue:
            host.shared.state.begin()
            found[number] = host.job.run(p, (JOB,), p.place).images[0]

    threads = [threading.Thread(target=request, args=pair) for pair in enumerate((5, 6))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    np.testing.assert_array_equal(array(found[0]), alone[0])
    assert found[1].size == SIZES[-1]
    after = state(host, tmp_path)
    assert after[0] == before[0]
    assert after[3:] == before[3:]


def test_a_plan_and_a_preview_while_a_job_samples(host, run, picture, tmp_path):
    """They answer at once, and the job becomes what it is alone."""
    fastapi = pytest.importorskip("fastapi")
    testclient = pytest.importorskip("fastapi.testclient")
    alone = array(run(JOB).images[0])
    host.shared.cmd_opts.api = True
    app = fastapi.FastAPI()
    importlib.import_module("lib_outpaint.webui.script.routes").add(None, app)
    client = testclient.TestClient(app)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    body = {
        "image": base64.b64encode(buffer.getvalue()).decode(),
        "params": {"up": 40, "fill": "noise"},
        "override_settings": OVERRIDES,
    }
    answers = []

    def meanwhile(p):
        options = dict(host.shared.opts.data)
        answers.append([client.post(f"/outpaint/v1/{path}", json=body) for path in ("plan", "preview")])
        answers[-1].append(host.shared.opts.data == options)

    host.processing.hooks["sample"] = meanwhile
    busy = run(JOB)
    np.testing.assert_array_equal(array(busy.images[0]), alone)
    assert len(answers) == PASSES
    for planned, shown, untouched in answers:
        assert planned.status_code == shown.status_code == 200
        assert shown.json()["size"] == [96, 120]
        assert untouched
