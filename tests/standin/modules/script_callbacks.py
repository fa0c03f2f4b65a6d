started = []
settings = []


def on_app_started(callback):
    started.append(callback)


def on_ui_settings(callback):
    settings.append(callback)
