started = []


def on_app_started(callback):
    started.append(callback)
