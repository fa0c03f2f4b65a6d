"""The family of WebUIs: A1111 and its forks. This is the only package that imports the host's `modules`.

variants        where the hosts differ: facts, and the few things each does in its own way
settings        the section of the host's settings

sampler/        faces the host
  checkpoint      which model will be used, and what it can do
  control_units   an inpaint ControlNet on every pass
  control_models  what ControlNet has installed, and what it fits
  lora_networks   LoRAs, checked before sampling
  pass_copies     a fresh copy of the processing object for every pass
  sampler         the backend the engine talks to
  known_noise     images of a batch can be made again alone on Forge too
  guard           options, random generators and params.txt stay as they were

script/         faces the user
  arguments       what the script was called with -> parameters
  inputs          the processing object -> images, painted mask, prompts and seeds
  job             all of it in order
  notes           what the user is told of a finished job
  infotext        parameters out of it and into it, as the host reads and writes them
  finishing       a finished image by the host's rules
  results         what the WebUI gets back, and what it saves
  panel_link      what the panel asks of the host
  routes          /outpaint/v1
"""
