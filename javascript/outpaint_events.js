/* What Gradio's events call (see lib_outpaint/ui/panel.py), and when a stage begins. */
(function() {
    "use strict";
    const outpaint = window.DirectionalOutpaint = window.DirectionalOutpaint || {};
    const stages = new Map();

    function stageOf(uid) {
        const mount = document.getElementById(uid);
        const known = stages.get(uid);
        if (!mount || (known && known.parts.mount === mount)) {
            return known;
        }
        const stage = new outpaint.Stage(mount);
        stages.set(uid, stage);
        return stage;
    }

    // --- what Gradio's events call; see lib_outpaint/ui/panel.py
    outpaint.values = (uid, values) => stages.get(uid)?.take(values);

    outpaint.unit = function(uid, values) {
        const stage = stages.get(uid);
        if (!stage || !stage.picture || !stage.running) {
            return;
        }
        const before = stage.beforeUnit;
        const margins = before && performance.now() - before.at < 1000 ? before.margins : stage.margins;
        stage.values.unit = values[stage.config.names.indexOf("unit")];
        stage.margins = {...margins};
        if (outpaint.marginsOf(stage.values, stage.picture)) {
            stage.set(outpaint.amountsOf(margins, stage.values.unit, stage.picture));
        }
    };

    outpaint.take = (uid) => stages.get(uid).settable();

    outpaint.preset = function(uid, name, values) {
        const stage = stageOf(uid);
        stage.take(values);
        const found = outpaint.presetValues(stage.config.presets[name], stage.values, stage.picture);
        if (name === "reset") {
            found.context = 0;
        }
        stage.set(found);
    };

    outpaint.preview = function(uid, values) {
        const stage = stages.get(uid);
        if (stage && stage.picture) {
            stage.take(values);
            clearTimeout(stage.asking);
            stage.ask("preview");
        }
    };

    outpaint.question = (uid) => stages.get(uid).question();

    outpaint.reply = (uid, values) => stages.get(uid).reply(values[0]);

    // The one listener that is there from the start: the stage's own animation begins whenever it comes on show.
    document.addEventListener("animationstart", (event) => {
        if (event.animationName === "outpaint-shown") {
            stageOf(event.target.id)?.start();
        }
    });
    function startShown() {
        for (const mount of document.querySelectorAll(".outpaint-stage")) {
            if (mount.clientWidth) {
                stageOf(mount.id)?.start();
            }
        }
    }
    if (document.readyState === "loading") {
        document.addEventListener("DOMContentLoaded", startShown, {once: true});
    } else {
        startShown(); // this script came after the panel
    }
})();
