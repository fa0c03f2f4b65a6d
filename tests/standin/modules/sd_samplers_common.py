def setup_img2img_steps(p, steps=None):
    return p.steps, int(min(p.denoising_strength, 0.999) * p.steps)


def images_tensor_to_samples(image, approximation=None, model=None):
    return image
