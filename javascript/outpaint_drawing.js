/* What the stage looks like: its elements, and how they follow from picture, growth and plan. */
(function() {
    "use strict";
    const outpaint = window.DirectionalOutpaint = window.DirectionalOutpaint || {};
    const SVG = "http://www.w3.org/2000/svg";
    const [LOWEST, HIGHEST] = [200, 440]; // px: the stage's height
    const ROOM = 0.14; // of the canvas's longer side: space around it to drag into

    const CONTEXT_TEXTS = {left: "Context from the left", right: "Context from the right",
        up: "Context from above", down: "Context from below"};
    const CORNERS = [["left", "up"], ["right", "up"], ["left", "down"], ["right", "down"]];

    function element(name, className, parent, text) {
        const found = document.createElement(name);
        found.className = className;
        if (text) {
            found.textContent = text;
        }
        parent.append(found);
        return found;
    }

    function handle(className, label, sides, parent) {
        const found = element("div", `outpaint-handle ${className}`, parent);
        found.tabIndex = 0;
        found.setAttribute("role", "slider");
        found.setAttribute("aria-label", outpaint.say(label));
        found.dataset.sides = sides.join(" ");
        return found;
    }

    /** Builds the stage's elements inside its mount. */
    outpaint.buildStage = function(mount) {
        const say = outpaint.say;
        mount.replaceChildren();
        const parts = {mount, handles: {}, contexts: {}};
        parts.view = element("div", "outpaint-view", mount);
        parts.view.setAttribute("role", "group");
        parts.view.setAttribute("aria-label", say("The picture and the canvas it grows to"));
        parts.empty = element("p", "outpaint-empty", parts.view, say("Put in a picture to see here how it grows."));
        parts.canvas = element("canvas", "outpaint-picture", parts.view);
        parts.canvas.setAttribute("aria-hidden", "true");
        parts.svg = document.createElementNS(SVG, "svg");
        parts.svg.setAttribute("class", "outpaint-overlay");
        parts.svg.setAttribute("aria-hidden", "true");
        parts.view.append(parts.svg);
        for (const side of outpaint.SIDES) {
            parts.handles[side] = handle(`outpaint-edge outpaint-${side}`, `Grow ${side}`, [side], parts.view);
            parts.handles[side].setAttribute("aria-orientation", side === "up" || side === "down" ? "vertical" : "horizontal");
        }
        for (const sides of CORNERS) {
            const name = sides.join("_");
            parts.handles[name] = handle(`outpaint-corner outpaint-${name}`, `Grow ${sides.join(" and ")}`, sides, parts.view);
        }
        for (const side of outpaint.SIDES) {
            parts.contexts[side] = handle(`outpaint-context outpaint-${side}`, CONTEXT_TEXTS[side], [side], parts.view);
        }
        parts.line = element("p", "outpaint-line", mount);
        parts.line.setAttribute("role", "status");
        parts.clear = element("button", "outpaint-clear", mount, say("Grow this picture too"));
        parts.clear.type = "button";
        parts.clear.hidden = true;
        parts.hint = element("p", "outpaint-hint", mount,
            say("Drag the edges or corners, or use the arrow keys (with Shift 64 px). Double click resets."));
        parts.legend = element("ul", "outpaint-legend", mount);
        for (const [name, text] of [["new", "new area"], ["band", "band that may be repainted"], ["window", "what a pass sees"],
            ["reference", "context: how deep it looks in"]]) {
            element("li", `outpaint-key-${name}`, parts.legend, say(text));
        }
        return parts;
    };

    /** Where the canvas lies in the view: px of the picture's own coordinates to px of the page. */
    outpaint.layOut = function(parts, picture, margins, height) {
        const canvas = {width: picture.width + margins.left + margins.right, height: picture.height + margins.up + margins.down};
        const room = ROOM * Math.max(canvas.width, canvas.height);
        const width = parts.view.clientWidth;
        const [wide, high] = [canvas.width + 2 * room, canvas.height + 2 * room];
        const tall = height || Math.round(Math.min(HIGHEST, Math.max(LOWEST, width * high / wide)));
        const scale = Math.min(width / wide, tall / high);
        return {width, height: tall, scale,
            x: (width - canvas.width * scale) / 2 + margins.left * scale,
            y: (tall - canvas.height * scale) / 2 + margins.up * scale};
    };

    function rectangle(parts, place, className, box) {
        const rect = document.createElementNS(SVG, "rect");
        rect.setAttribute("class", className);
        rect.setAttribute("x", place.x + box[0] * place.scale);
        rect.setAttribute("y", place.y + box[1] * place.scale);
        rect.setAttribute("width", Math.max(0, (box[2] - box[0]) * place.scale));
        rect.setAttribute("height", Math.max(0, (box[3] - box[1]) * place.scale));
        parts.svg.append(rect);
    }

    function paintPicture(parts, place, picture, canvas) {
        const ratio = window.devicePixelRatio || 1;
        parts.canvas.width = Math.round(place.width * ratio);
        parts.canvas.height = Math.round(place.height * ratio);
        const context = parts.canvas.getContext("2d");
        context.scale(ratio, ratio);
        context.imageSmoothingQuality = "high";
        context.drawImage(picture.small, place.x, place.y, picture.width * place.scale, picture.height * place.scale);
        parts.canvas.dataset.scale = String(place.scale);
        parts.canvas.dataset.size = canvas.join("x");
    }

    function bands(picture, margins, overlap, planned) {
        const [w, h] = [picture.width, picture.height];
        const depth = {left: Math.min(overlap, w), right: Math.min(overlap, w), up: Math.min(overlap, h), down: Math.min(overlap, h),
            ...planned};
        const boxes = {left: [0, 0, depth.left, h], right: [w - depth.right, 0, w, h],
            up: [0, 0, w, depth.up], down: [0, h - depth.down, w, h]};
        return outpaint.SIDES.filter((side) => margins[side] > 0 && overlap > 0).map((side) => boxes[side]);
    }

    /** How deep the first pass of a side looks into the picture, by side; the plan's boxes are in canvas px. */
    outpaint.depths = function(plan) {
        const found = {};
        for (const step of plan ? plan.passes : []) {
            if (!step.small && step.kind === "side" && step.step === 1 && step.tile === 1) {
                const [left, top, right, bottom] = plan.source;
                found[step.side] = {left: Math.min(step.window[2], right) - left, right: right - Math.max(step.window[0], left),
                    up: Math.min(step.window[3], bottom) - top, down: bottom - Math.max(step.window[1], top)}[step.side];
            }
        }
        return found;
    };

    function moveTo(part, x, y) {
        part.style.left = `${x}px`;
        part.style.top = `${y}px`;
    }

    function describe(part, value, low, high, text) {
        part.setAttribute("aria-valuenow", String(value));
        part.setAttribute("aria-valuemin", String(low));
        part.setAttribute("aria-valuemax", String(high));
        part.setAttribute("aria-valuetext", text);
    }

    function placeHandles(stage, place) {
        const {parts, picture, margins} = stage;
        const x = {left: place.x - margins.left * place.scale, right: place.x + (picture.width + margins.right) * place.scale};
        const y = {up: place.y - margins.up * place.scale, down: place.y + (picture.height + margins.down) * place.scale};
        for (const [name, part] of Object.entries(parts.handles)) {
            const sides = name.split("_");
            const across = sides.find((side) => side in x);
            const along = sides.find((side) => side in y);
            moveTo(part, across ? x[across] : (x.left + x.right) / 2, along ? y[along] : (y.up + y.down) / 2);
            const text = sides.length > 1 ? sides.map((side) => `${side} ${margins[side]} px`).join(", ") : `${margins[sides[0]]} px`;
            describe(part, margins[sides[0]], 0, stage.most(sides[0]), text);
        }
    }

    function placeContexts(stage, place) {
        const {parts, picture, values} = stage;
        const wanted = Number(values.context) || 0;
        const depths = stage.planHolds() ? outpaint.depths(stage.answer.plan) : {};
        const [w, h] = [picture.width, picture.height];
        for (const [side, part] of Object.entries(parts.contexts)) {
            part.hidden = !(side in depths);
            if (part.hidden) {
                continue;
            }
            const most = side === "left" || side === "right" ? w : h;
            const depth = Math.min(wanted || depths[side], most);
            // Beside the middle, where the edges' handles are: a context may reach to the other edge.
            const [u, v] = {left: [depth, h / 3], right: [w - depth, 2 * h / 3], up: [w / 3, depth],
                down: [2 * w / 3, h - depth]}[side];
            moveTo(part, place.x + u * place.scale, place.y + v * place.scale);
            describe(part, depth, outpaint.GRID, stage.config.limits.context[1],
                wanted ? `${wanted} px` : `${outpaint.say("chosen automatically")}, ${depth} px`);
        }
    }

    function overlay(stage, place) {
        const {parts, picture, margins} = stage;
        const plan = stage.planHolds() ? stage.answer.plan : null;
        const [w, h] = [picture.width, picture.height];
        parts.svg.replaceChildren();
        parts.svg.setAttribute("viewBox", `0 0 ${place.width} ${place.height}`);
        const canvas = [-margins.left, -margins.up, w + margins.right, h + margins.down];
        for (const box of [[canvas[0], canvas[1], canvas[2], 0], [canvas[0], h, canvas[2], canvas[3]], [canvas[0], 0, 0, h],
            [w, 0, canvas[2], h]]) {
            rectangle(parts, place, "outpaint-new", box);
        }
        const moved = (box) => [box[0] - margins.left, box[1] - margins.up, box[2] - margins.left, box[3] - margins.up];
        for (const step of plan ? plan.passes : []) {
            const box = moved(step.window);
            const inside = [Math.max(box[0], 0), Math.max(box[1], 0), Math.min(box[2], w), Math.min(box[3], h)];
            if (inside[0] < inside[2] && inside[1] < inside[3]) {
                rectangle(parts, place, "outpaint-reference", inside);
            }
        }
        for (const box of bands(picture, margins, Number(stage.values.overlap) || 0, plan ? plan.bands : {})) {
            rectangle(parts, place, "outpaint-band", box);
        }
        rectangle(parts, place, "outpaint-source", [0, 0, w, h]);
        for (const step of plan ? plan.passes : []) {
            rectangle(parts, place, "outpaint-window", moved(step.window));
        }
        rectangle(parts, place, "outpaint-canvas", canvas);
    }

    /** Draws everything that follows from the stage's picture, margins, values and answer. */
    outpaint.drawStage = function(stage, place) {
        const {parts, picture, margins} = stage;
        parts.mount.classList.toggle("outpaint-has-picture", Boolean(picture));
        if (!picture || !place) {
            parts.view.style.height = "";
            return;
        }
        parts.view.style.height = `${place.height}px`;
        paintPicture(parts, place, picture,
            [picture.width + margins.left + margins.right, picture.height + margins.up + margins.down]);
        overlay(stage, place);
        placeHandles(stage, place);
        placeContexts(stage, place);
    };

    /** The prefilled canvas and the mask, or nothing. */
    outpaint.showPreviews = function(mount, answer) {
        const previews = document.getElementById(`${mount.id}_previews`);
        if (!previews) {
            return; // a page that is still being built
        }
        previews.replaceChildren();
        delete previews.dataset.milliseconds;
        for (const [name, text] of answer ? [["canvas", "Prefilled canvas"], ["mask", "Mask"]] : []) {
            const figure = element("figure", `outpaint-preview-${name}`, previews);
            const image = element("img", "", figure);
            image.alt = outpaint.say(text);
            image.src = answer[name];
            element("figcaption", "", figure, `${outpaint.say(text)}, ${answer.plan.canvas.join("x")}`);
        }
        if (answer) {
            previews.dataset.milliseconds = String(Math.round(answer.milliseconds));
        }
    };
})();
