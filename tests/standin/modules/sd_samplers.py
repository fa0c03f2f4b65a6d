all_samplers_map = {"Euler": None, "Euler a": None, "DPM++ 2M": None}


def get_sampler_from_infotext(entries):
    """Only its presence counts: with it the host's own fields set steps and sampler."""
    return entries.get("Sampler")
