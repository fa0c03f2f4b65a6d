/* Hands on the stage: mouse, touch and keys. Everything ends in stage.grow(margins) or stage.setContext(pixels). */
(function() {
    "use strict";
    const outpaint = window.DirectionalOutpaint = window.DirectionalOutpaint || {};
    const FAR = 64; // px: with Shift

    // How an arrow moves each edge: outwards is growth. For the context, into the picture is growth.
    const OUTWARDS = {left: {ArrowLeft: 1, ArrowRight: -1}, right: {ArrowRight: 1, ArrowLeft: -1},
        up: {ArrowUp: 1, ArrowDown: -1}, down: {ArrowDown: 1, ArrowUp: -1}};
    const SIGN = {left: -1, right: 1, up: -1, down: 1};

    function sidesOf(handle) {
        return handle.dataset.sides.split(" ");
    }

    function distance(event, start, side, scale) {
        const along = side === "left" || side === "right" ? event.clientX - start.x : event.clientY - start.y;
        return SIGN[side] * along / scale;
    }

    function dragEdge(stage, handle, start, event) {
        const margins = {...start.margins};
        for (const side of sidesOf(handle)) {
            const moved = start.margins[side] + distance(event, start, side, start.scale);
            margins[side] = event.altKey ? Math.min(Math.max(Math.round(moved), 0), stage.most(side)) :
                outpaint.snapped(moved, 0, stage.most(side));
        }
        stage.grow(margins);
    }

    function dragContext(stage, handle, start, event) {
        const [side] = sidesOf(handle);
        const depth = start.depth - distance(event, start, side, start.scale);
        stage.setContext(outpaint.snapped(depth, outpaint.GRID, stage.deepest(side)));
    }

    function grab(stage, handle, event) {
        if (event.button || !event.isPrimary) {
            return; // a second finger moves nothing
        }
        event.preventDefault();
        handle.focus();
        handle.setPointerCapture(event.pointerId);
        const isContext = handle.classList.contains("outpaint-context");
        const start = {x: event.clientX, y: event.clientY, margins: {...stage.margins}, scale: stage.scale(),
            depth: Number(handle.getAttribute("aria-valuenow"))};
        stage.hold(true);
        const move = (moved) => {
            start.moved = start.moved || Math.hypot(moved.clientX - start.x, moved.clientY - start.y) > 2;
            if (start.moved && stage.picture) { // it may be taken away meanwhile
                (isContext ? dragContext : dragEdge)(stage, handle, start, moved);
            }
        };
        const end = () => {
            handle.removeEventListener("pointermove", move);
            for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
                handle.removeEventListener(name, end);
            }
            stage.hold(false);
        };
        handle.addEventListener("pointermove", move);
        for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
            handle.addEventListener(name, end);
        }
    }

    function keyEdge(stage, handle, event) {
        const margins = {...stage.margins};
        const far = event.shiftKey ? FAR : outpaint.GRID;
        let used = false;
        for (const side of sidesOf(handle)) {
            const direction = OUTWARDS[side][event.key];
            if (direction) {
                margins[side] = outpaint.stepped(margins[side], direction * far, 0, stage.most(side));
                used = true;
            } else if (event.key === "Home" || event.key === "Delete") {
                margins[side] = 0;
                used = true;
            }
        }
        if (used) {
            event.preventDefault();
            stage.grow(margins);
        }
    }

    function keyContext(stage, handle, event) {
        const [side] = sidesOf(handle);
        const direction = -(OUTWARDS[side][event.key] || 0);
        if (direction) {
            const depth = Number(handle.getAttribute("aria-valuenow"));
            const far = event.shiftKey ? FAR : outpaint.GRID;
            event.preventDefault();
            stage.setContext(outpaint.stepped(depth, direction * far, outpaint.GRID, stage.deepest(side)));
        } else if (event.key === "Home" || event.key === "Delete") {
            event.preventDefault();
            stage.setContext(0);
        }
    }

    /** Gives every handle of a stage its hands. */
    outpaint.attachHandles = function(stage) {
        const {parts} = stage;
        for (const [handles, key] of [[parts.handles, keyEdge], [parts.contexts, keyContext]]) {
            for (const handle of Object.values(handles)) {
                handle.addEventListener("pointerdown", (event) => grab(stage, handle, event));
                handle.addEventListener("keydown", (event) => key(stage, handle, event));
            }
        }
        parts.view.addEventListener("dblclick", (event) => {
            const handle = event.target.closest(".outpaint-handle");
            if (!stage.picture) {
                return;
            }
            if (!handle) {
                stage.reset();
            } else if (handle.classList.contains("outpaint-context")) {
                stage.setContext(0);
            } else {
                const margins = {...stage.margins};
                sidesOf(handle).forEach((side) => {
                    margins[side] = 0;
                });
                stage.grow(margins);
            }
        });
    };
})();
