"""Scripts and the runner. Errors in callbacks are kept, not raised, as the host swallows them."""


class PostprocessImageArgs:
    def __init__(self, image):
        self.image = image


class PostprocessBatchListArgs:
    def __init__(self, images):
        self.images = images


class Script:
    alwayson = False
    args_from = args_to = 0

    def title(self):
        raise AssertionError("every script has a title")

    def elem_id(self, name):
        return f"script_{name}"


class ScriptRunner:
    def __init__(self, alwayson=(), selectable=()):
        self.alwayson_scripts = list(alwayson)
        self.selectable_scripts = list(selectable)
        self.scripts = self.alwayson_scripts + self.selectable_scripts
        self.callback_map = {}
        self.errors = []

    def _each(self, name, p, *args, **kwargs):
        # The host keeps the list of callbacks by name and length of the list: a copy must not share it.
        count, found = self.callback_map.get(name, (-1, None))
        if found is None or count != len(self.alwayson_scripts):
            found = [s for s in self.alwayson_scripts if hasattr(s, name)]
            self.callback_map[name] = len(self.alwayson_scripts), found
        for script in found:
            try:
                getattr(script, name)(p, *args, *p.script_args[script.args_from : script.args_to], **kwargs)
            except Exception as error:  # noqa: BLE001
                self.errors.append(error)

    def before_process(self, p):
        self._each("before_process", p)

    def process(self, p):
        self._each("process", p)

    def postprocess_batch_list(self, p, pp, **kwargs):
        self._each("postprocess_batch_list", p, pp, **kwargs)

    def postprocess_image(self, p, pp):
        self._each("postprocess_image", p, pp)

    def postprocess_image_after_composite(self, p, pp):
        self._each("postprocess_image_after_composite", p, pp)

    def postprocess_maskoverlay(self, p, pp):
        self._each("postprocess_maskoverlay", p, pp)

    def postprocess(self, p, processed):
        self._each("postprocess", p, processed)
