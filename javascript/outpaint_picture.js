/* The picture of the page: which one is on show, and its pixels. */
(function() {
    "use strict";
    const outpaint = window.DirectionalOutpaint = window.DirectionalOutpaint || {};
    const THUMBNAIL = 1024; // px: the longer side of what the stage draws

    function shown(element) {
        return element.getClientRects().length > 0;
    }

    /** The first loaded <img> whose place in the page is on show. The image itself may lie hidden under a drawing canvas. */
    outpaint.findPicture = function(selectors) {
        for (const selector of selectors) {
            for (const image of document.querySelectorAll(selector)) {
                const place = image.closest("[id]") || image.parentElement;
                if (image.complete && image.naturalWidth > 0 && place && shown(place)) {
                    return image;
                }
            }
        }
        return null;
    };

    outpaint.anyShown = function(selectors) {
        return selectors.some((selector) => [...document.querySelectorAll(selector)].some(shown));
    };

    function drawn(image, width, height) {
        const canvas = document.createElement("canvas");
        canvas.width = width;
        canvas.height = height;
        canvas.getContext("2d").drawImage(image, 0, 0, width, height);
        return canvas;
    }

    /** What the stage needs of an image: its size and a small copy. */
    outpaint.takePicture = function(image) {
        const [width, height] = [image.naturalWidth, image.naturalHeight];
        const scale = Math.min(1, THUMBNAIL / Math.max(width, height));
        const small = drawn(image, Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
        return {image, width, height, small};
    };

    /** The pixels in full size, as a data URL; null when the page may not read them. */
    outpaint.pixelsOf = function(picture) {
        try {
            return drawn(picture.image, picture.width, picture.height).toDataURL("image/jpeg", 0.95);
        } catch (error) {
            if (error.name === "SecurityError") {
                return null; // an image of another site
            }
            throw error;
        }
    };
})();
