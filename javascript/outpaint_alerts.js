/* Comments of a job that say why there is no picture, where people look: above the gallery, and not in small grey under it.
   They are the lines that begin with the sign of the message "alert" in lib_outpaint/messages/webui.py. */
(function() {
    "use strict";
    const SIGN = "\u26a0 ";

    function lines() {
        const found = document.querySelectorAll("#html_log_img2img .comments");
        const texts = Array.from(found).flatMap(comment => comment.innerText.split("\n"));
        return texts.map(text => text.trim()).filter(text => text.startsWith(SIGN)).join("\n");
    }

    function show() {
        const results = document.getElementById("img2img_results_panel");
        if (!results) {
            return;
        }
        const text = lines();
        let box = results.querySelector(":scope > .outpaint-alert");
        if (!text) {
            box?.remove();
            return;
        }
        if (!box) {
            box = document.createElement("p");
            box.className = "outpaint-alert";
            box.setAttribute("role", "alert");
            results.prepend(box);
        }
        if (box.textContent !== text) {
            box.textContent = text;
        }
    }

    if (typeof onAfterUiUpdate === "function") {
        onAfterUiUpdate(show); // the WebUI's; our own page has alerts of its own
    }
})();
