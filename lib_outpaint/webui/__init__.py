"""The WebUI as a host. This is the only package that imports the host's `modules`.

arguments       what the script was called with -> parameters
inputs          the processing object -> pictures, painted mask, prompts and seeds
settings        the section of the host's settings
checkpoint      which model will be used, and what it can do
controlnet      an inpaint ControlNet on every pass
control_models  what ControlNet has installed, and what it fits
networks        LoRAs, checked before sampling
copies          a fresh copy of the processing object for every pass
sampling        the host the engine talks to
known_noise     a batch's pictures can be made again alone on Forge too
guard           options, random generators and params.txt stay as they were
notes           what the user is told of a finished job
infotext        parameters out of it and into it, as the host reads and writes them
results         what the WebUI gets back, and what it saves
job             all of it in order
panel_link      what the panel asks of the host
routes          /outpaint/v1
"""
