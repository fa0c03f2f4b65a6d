started = []
settings = []
cfg_denoiser = []
pasted = []


def on_app_started(callback):
    started.append(callback)


def on_ui_settings(callback):
    settings.append(callback)


def on_cfg_denoiser(callback):
    cfg_denoiser.append(callback)


def remove_callbacks_for_function(callback):
    cfg_denoiser[:] = [c for c in cfg_denoiser if c != callback]


def on_infotext_pasted(callback):
    pasted.append(callback)
