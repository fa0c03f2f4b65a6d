/*
 * The stage: the picture with the canvas it grows to, beside the numbers of the panel.
 *
 * Values come from Gradio's own events and go back through them; the plan and the preview are asked of the server the same
 * way. A stage runs only while it is on show: a CSS animation tells when that begins, its size when it ends.
 */
(function() {
    "use strict";
    const outpaint = window.DirectionalOutpaint = window.DirectionalOutpaint || {};
    const POLL = 300; // ms: how often the page is asked which picture is on show
    const ASK = 120; // ms without a change before the server is asked
    const ECHO = 5000; // ms in which values that differ from what the stage has set are older than that
    const AGAIN = 100; // ms until Gradio is asked again whether it has taken them
    const PATIENCE = 30000; // ms

    outpaint.Stage = class {
        constructor(mount) {
            this.config = JSON.parse(mount.dataset.outpaint);
            this.parts = outpaint.buildStage(mount);
            this.values = {};
            this.picture = null;
            this.margins = {left: 0, right: 0, up: 0, down: 0};
            this.answer = null; // the latest plan, with the key of what it was asked for
            this.wanted = {}; // what the stage has set and Gradio has not yet confirmed
            this.number = 0;
            this.running = false;
            this.loaded = (event) => this.look(event.target);
            this.observer = new ResizeObserver(() => this.resized());
            outpaint.attachHandles(this);
            // An error may name a field that lies in a closed group, set by pasted parameters.
            this.parts.clear.addEventListener("click", () => {
                this.set(this.anySource());
                this.parts.handles.left.focus(); // the button goes
            });
            for (const [id, [label, help]] of Object.entries(this.config.tooltips)) {
                const control = document.getElementById(id);
                control?.setAttribute("title", outpaint.say(help));
                // Gradio's label belongs to the slider, which the stage stands for.
                control?.querySelector("input[type=number]")?.setAttribute("aria-label", outpaint.say(label));
            }
        }

        // --- on show or not
        start() {
            if (this.running) {
                return;
            }
            this.running = true;
            this.observer.observe(this.parts.mount);
            document.addEventListener("load", this.loaded, true);
            this.timer = setInterval(() => this.look(), POLL);
            this.look();
            this.press("look");
        }

        stop() {
            this.running = false;
            this.observer.disconnect();
            document.removeEventListener("load", this.loaded, true);
            clearInterval(this.timer);
            clearTimeout(this.asking);
            clearTimeout(this.settling);
        }

        resized() {
            if (!this.parts.mount.clientWidth) {
                this.stop();
            } else {
                this.draw();
            }
        }

        // --- the picture
        look(changed) {
            if (document.hidden) {
                return;
            }
            const image = outpaint.findPicture(this.config.pictures);
            const painting = Boolean(image) && outpaint.anyShown(this.config.painted);
            const same = image ? this.picture && this.picture.image === image && this.picture.width === image.naturalWidth &&
                this.picture.height === image.naturalHeight && changed !== image : !this.picture;
            if (same && painting === this.painting) {
                return;
            }
            this.painting = painting;
            this.picture = image ? outpaint.takePicture(image) : null;
            this.changed();
        }

        // --- values, both ways
        take(list) {
            const before = this.values;
            const values = {};
            this.config.names.forEach((name, index) => {
                values[name] = list[index];
            });
            const stale = Object.keys(this.wanted).filter((name) => String(values[name] ?? "") !== String(this.wanted[name]));
            if (stale.length && performance.now() - this.setAt < ECHO) {
                stale.forEach((name) => {
                    values[name] = this.wanted[name];
                });
                clearTimeout(this.settling);
                this.settling = setTimeout(() => this.press("look"), AGAIN);
            } else {
                this.wanted = {};
            }
            if (before.unit !== undefined && before.unit !== values.unit) {
                this.beforeUnit = {margins: {...this.margins}, at: performance.now()};
            }
            this.values = values;
            if (JSON.stringify(before) !== JSON.stringify(values)) {
                this.changed();
            }
        }

        changed() {
            if (!this.running) {
                return;
            }
            outpaint.showPreviews(this.parts.mount, null);
            const margins = this.picture && outpaint.marginsOf(this.values, this.picture);
            if (margins && !this.held) {
                this.margins = margins;
            }
            this.draw();
            this.tell();
            clearTimeout(this.asking);
            if (this.picture && this.grows()) {
                this.asking = setTimeout(() => this.ask("plan"), ASK);
            }
        }

        set(values) {
            this.wanted = {...this.wanted, ...values};
            this.setAt = performance.now();
            this.values = {...this.values, ...values};
            this.changed();
            if (!this.setting) {
                this.setting = requestAnimationFrame(() => {
                    this.setting = 0;
                    this.press("set");
                });
            }
        }

        settable() {
            return this.config.settable.map((name) => this.values[name]);
        }

        // --- what hands do
        grow(margins) {
            this.margins = margins;
            const amounts = outpaint.amountsOf(margins, this.values.unit, this.picture);
            this.set({...amounts, aspect: "", size: "", ...this.anySource()});
        }

        setContext(pixels) {
            this.set({context: pixels});
        }

        reset() {
            this.grow({left: 0, right: 0, up: 0, down: 0});
            this.setContext(0);
        }

        hold(held) {
            this.held = held;
            this.height = held && this.place ? this.place.height : 0;
            if (!held) {
                this.changed();
            }
        }

        anySource() {
            return this.config.names.includes("source_size") ? {source_size: ""} : {};
        }

        most(side) {
            const high = this.config.limits[side][1];
            if (this.values.unit !== "%" || !this.picture) {
                return high;
            }
            return Math.floor(high * (side === "left" || side === "right" ? this.picture.width : this.picture.height) / 100);
        }

        deepest(side) {
            const depth = side === "left" || side === "right" ? this.picture.width : this.picture.height;
            return Math.min(this.config.limits.context[1], Math.max(depth, outpaint.GRID));
        }

        scale() {
            return this.place ? this.place.scale : 1;
        }

        grows() {
            const set = (name) => String(this.values[name] || "").trim();
            return Boolean(set("aspect") || set("size") || outpaint.SIDES.some((side) => Number(set(side)) !== 0));
        }

        // --- the server
        press(name) {
            const button = document.getElementById(this.config.buttons[name]);
            if (!button) { // a page that is still being built: what comes after the stage is not there yet
                requestAnimationFrame(() => this.running && this.press(name));
                return;
            }
            (button.matches("button") ? button : button.querySelector("button")).click();
        }

        ask(kind) {
            this.kind = kind;
            this.askedAt = performance.now();
            this.pixels = kind === "preview" ? outpaint.pixelsOf(this.picture) : null;
            if (kind === "preview" && !this.pixels) {
                this.fail("The picture cannot be read in this page.");
                return;
            }
            this.parts.mount.setAttribute("aria-busy", String(kind === "preview")); // a large picture's takes seconds
            this.press("ask");
        }

        key() {
            return JSON.stringify([this.values, this.picture && [this.picture.width, this.picture.height]]);
        }

        question() {
            this.number += 1;
            const question = {id: this.number, kind: this.kind, values: this.config.names.map((name) => this.values[name]),
                width: this.picture ? this.picture.width : 0, height: this.picture ? this.picture.height : 0};
            if (this.kind === "preview") {
                question.image = this.pixels;
            }
            this.askedKey = this.key();
            clearTimeout(this.waiting);
            this.waiting = setTimeout(() => this.fail("No answer from the server."), PATIENCE);
            return JSON.stringify(question);
        }

        reply(text) {
            const answer = text ? JSON.parse(text) : {};
            if (answer.id !== this.number) {
                if (text === this.replied || !text) {
                    this.fail("No answer from the server."); // the event ended without an answer of its own
                }
                return;
            }
            this.replied = text;
            clearTimeout(this.waiting);
            this.parts.mount.setAttribute("aria-busy", "false");
            if (this.askedKey !== this.key()) {
                return; // what was asked for is no longer what is set
            }
            this.answer = {...answer, key: this.askedKey};
            if (answer.plan && answer.kind === "preview") {
                outpaint.showPreviews(this.parts.mount, {...answer, milliseconds: performance.now() - this.askedAt});
            }
            if (answer.plan && !this.held) {
                this.margins = answer.plan.margins;
            }
            this.draw();
            this.tell();
        }

        fail(text) {
            this.parts.mount.setAttribute("aria-busy", "false");
            this.answer = {error: outpaint.say(text), key: this.key()};
            this.tell();
        }

        planHolds() {
            const margins = this.answer && this.answer.plan && this.answer.plan.margins;
            return Boolean(margins) && this.fits(this.answer.plan) &&
                outpaint.SIDES.every((side) => margins[side] === this.margins[side]);
        }

        fits(plan) {
            const [left, top, right, bottom] = plan.source;
            return right - left === this.picture.width && bottom - top === this.picture.height;
        }

        // --- what people see
        tell() {
            const {line} = this.parts;
            const holds = this.answer && this.answer.key === this.key();
            let text = line.textContent;
            if (!this.picture) {
                text = "";
            } else if (!this.grows()) {
                text = outpaint.say("Drag an edge or choose a preset to grow the picture.");
                if (this.painting) {
                    text += ` ${outpaint.say("A painted mask alone is repainted at the same size.")}`;
                }
            } else if (holds) {
                text = this.answer.error || outpaint.planLine(this.answer);
                if (this.painting && !this.answer.error) {
                    text += `. ${outpaint.say("A painted mask adds a pass of its own.")}`;
                }
            }
            this.parts.clear.hidden = !(this.picture && holds && this.answer.field === "source_size");
            line.classList.toggle("outpaint-error", Boolean(holds && this.grows() && this.answer.error));
            line.classList.toggle("outpaint-old", Boolean(this.picture && this.grows() && !holds));
            if (line.textContent !== text) {
                line.textContent = text;
            }
        }

        draw() {
            this.place = this.picture && this.parts.view.clientWidth ?
                outpaint.layOut(this.parts, this.picture, this.margins, this.height) : null;
            outpaint.drawStage(this, this.place);
        }
    };
})();
