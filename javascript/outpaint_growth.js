/* Amounts and px: what the numbers of the panel mean for a picture, and the other way round. No DOM here. */
(function() {
    "use strict";
    const outpaint = window.DirectionalOutpaint = window.DirectionalOutpaint || {};
    const GRID = 8; // px: latent cells, and what an arrow key moves

    outpaint.SIDES = ["left", "right", "up", "down"];
    outpaint.GRID = GRID;

    function length(side, picture) {
        return side === "left" || side === "right" ? picture.width : picture.height;
    }

    /** Growth in px of each side; null when a shape is set, which the server turns into px, or a value is no number. */
    outpaint.marginsOf = function(values, picture) {
        if (String(values.aspect || "").trim() || String(values.size || "").trim()) {
            return null;
        }
        const margins = {};
        for (const side of outpaint.SIDES) {
            const amount = Number(values[side]);
            if (!(amount >= 0)) {
                return null;
            }
            margins[side] = values.unit === "%" ? Math.floor(amount * length(side, picture) / 100 + 0.5) : Math.round(amount);
        }
        return margins;
    };

    /** The shortest percentage that means exactly so many px. */
    function percent(pixels, whole) {
        for (let digits = 0; digits < 6; digits++) {
            const value = Number((pixels * 100 / whole).toFixed(digits));
            if (Math.floor(value * whole / 100 + 0.5) === pixels) {
                return value;
            }
        }
        return pixels * 100 / whole;
    }

    /** The numbers of the panel for a growth in px. */
    outpaint.amountsOf = function(margins, unit, picture) {
        const amounts = {};
        for (const side of outpaint.SIDES) {
            amounts[side] = unit === "%" ? percent(margins[side], length(side, picture)) : margins[side];
        }
        return amounts;
    };

    /** What a preset sets. Without a picture its amounts are per cent; else they are in the unit that is set. */
    outpaint.presetValues = function(preset, values, picture) {
        const found = {aspect: preset.aspect, size: "", source_size: ""};
        const inPixels = values.unit === "px" && picture;
        for (const side of outpaint.SIDES) {
            const amount = preset.amounts[side] || 0;
            const pixels = inPixels ? amount * length(side, picture) / 100 : 0;
            found[side] = inPixels && amount ? Math.max(GRID, Math.round(pixels / GRID) * GRID) : amount;
        }
        if (!inPixels && Object.keys(preset.amounts).length) {
            found.unit = "%";
        }
        return found;
    };

    /** A length moved by some px to the next multiple of the grid, inside its limits. */
    outpaint.stepped = function(value, by, low, high) {
        const moved = value + by;
        const whole = by > 0 ? Math.floor(moved / GRID) * GRID : Math.ceil(moved / GRID) * GRID;
        return Math.min(Math.max(whole, low), high);
    };

    outpaint.snapped = function(value, low, high) {
        return Math.min(Math.max(Math.round(value / GRID) * GRID, low), high);
    };
})();
