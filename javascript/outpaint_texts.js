/* What the stage writes. English is the key; the WebUI's window.localization has the other languages. */
(function() {
    "use strict";
    const outpaint = window.DirectionalOutpaint = window.DirectionalOutpaint || {};

    /* The same table as STAGE in lib_outpaint/ui/texts.py; a test compares them. */
    outpaint.TEXTS = [
        "Put in a picture to see here how it grows.",
        "Grow left", "Grow right", "Grow up", "Grow down",
        "Grow left and up", "Grow right and up", "Grow left and down", "Grow right and down",
        "Context from the left", "Context from the right", "Context from above", "Context from below",
        "chosen automatically",
        "The picture and the canvas it grows to",
        "Drag the edges or corners, or use the arrow keys (with Shift 64 px). Double click resets.",
        "Drag an edge or choose a preset to grow the picture.",
        "Prefilled canvas", "Mask",
        "first as", "pass", "passes", "window", "band", "latents a step", "combinations",
        "A painted mask adds a pass of its own.",
        "A painted mask alone is repainted at the same size.",
        "new area", "band that may be repainted", "what a pass sees", "context: how deep it looks in",
        "No answer from the server.",
        "The picture cannot be read in this page.",
        "Grow this picture too"
    ];

    outpaint.say = function(text) {
        return (window.localization && window.localization[text]) || text;
    };

    /** The plan in a line, as Plan.summary has it: "499x681, 1 pass, window 512x704, band 32 px, 5,632 latents a step". */
    outpaint.planLine = function(answer) {
        const say = outpaint.say;
        const plan = answer.plan;
        const sizes = new Map();
        for (const step of plan.passes) {
            const [width, height] = step.sampled;
            sizes.set(`${width}x${height}`, [width, height]);
        }
        const windows = Array.from(sizes.values());
        windows.sort((a, b) => b[0] - a[0] || b[1] - a[1]);
        const count = plan.passes.length;
        const used = outpaint.SIDES.filter((side) => plan.margins[side] > 0).map((side) => plan.bands[side]);
        if (plan.passes.some((step) => step.kind === "mask")) {
            used.push(plan.bands.mask);
        }
        const band = Array.from(new Set(used)).join("/");
        const first = plan.hires ? ` (${say("first as")} ${plan.hires.canvas.join("x")})` : "";
        const parts = [plan.canvas.join("x") + first, `${count} ${say(count === 1 ? "pass" : "passes")}`,
            `${say("window")} ${windows.map((size) => size.join("x")).join(", ")}`, `${say("band")} ${band} px`,
            `${plan.cost.latents_a_step.toLocaleString("en-US")} ${say("latents a step")}`];
        if (answer.combinations > 1) {
            parts.push(`${answer.combinations} ${say("combinations")}`);
        }
        return parts.join(", ");
    };
})();
