reloads = []


def reload_vae_weights():
    reloads.append(1)
