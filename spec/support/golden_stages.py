"""Writes what Pillow and NumPy make of a picture to spec/golden/stages.safetensors, for
spec/pipeline_golden_spec.lua to compare with what stages of augmentation make of it.

    python3 spec/support/golden_stages.py

Run by hand where Pillow and NumPy are installed; the specs never need them. Tensors are planes of
bytes: `picture`, and what became of it under the names that the spec uses. Turning hues and
smoothing are computed here from their definitions, as Pillow takes short cuts with both.
"""

import colorsys
import math
import os

import numpy
from PIL import Image, ImageEnhance, ImageOps

from golden_resize import write

PATH = os.path.join(os.path.dirname(__file__), "..", "golden", "stages.safetensors")
HEIGHT, WIDTH = 20, 26


def picture():
    """Waves of colour with some noise, flat black and white parts."""
    random = numpy.random.RandomState(11)
    y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH]
    waves = [numpy.sin(x / 3 + c) * numpy.cos(y / 4 - c) * 90 + 128 for c in range(3)]
    planes = numpy.stack(waves) + random.randint(-25, 26, (3, HEIGHT, WIDTH))
    planes[:, :3, :4] = 255
    planes[:, -4:, -3:] = 0
    return planes.clip(0, 255).astype(numpy.uint8)


def planes_of(image):
    array = numpy.asarray(image)
    return array[None] if array.ndim == 2 else array.transpose(2, 0, 1)


def warped(image, forward, resample):
    """Pixels moved by a 2 x 3 matrix about the middle."""
    centre = numpy.array([[1, 0, WIDTH / 2], [0, 1, HEIGHT / 2], [0, 0, 1]])
    whole = centre @ numpy.vstack([forward, [0, 0, 1]]) @ numpy.linalg.inv(centre)
    back = numpy.linalg.inv(whole)
    return image.transform(image.size, Image.Transform.AFFINE, back[:2].ravel(), resample)


def turned(planes, turn):
    """Hues turned by a part of the circle."""
    out = numpy.empty_like(planes)
    for y in range(HEIGHT):
        for x in range(WIDTH):
            h, s, v = colorsys.rgb_to_hsv(*(planes[:, y, x] / 255))
            out[:, y, x] = numpy.round(numpy.array(colorsys.hsv_to_rgb((h + turn) % 1, s, v)) * 255)
    return out


def smoothed(planes, sigma, radius):
    """A Gaussian's weighted means, the image reflected about its outermost pixels."""
    weight = numpy.exp(-0.5 * (numpy.arange(-radius, radius + 1) / sigma) ** 2)
    weight /= weight.sum()
    padded = numpy.pad(planes.astype(float), ((0, 0), (radius, radius), (radius, radius)), "reflect")
    rows = sum(w * padded[:, :, i:i + WIDTH] for i, w in enumerate(weight))
    return numpy.round(sum(w * rows[:, i:i + HEIGHT] for i, w in enumerate(weight)))


def geometry(image, planes):
    bilinear, nearest = Image.Resampling.BILINEAR, Image.Resampling.NEAREST
    lean = math.tan(math.radians(20))
    around = ((0, 0), (3, 5), (4, 2))
    return {
        "rotate": image.rotate(30, bilinear),
        "rotate_nearest": image.rotate(-50, nearest),
        "rotate_expand": image.rotate(30, bilinear, expand=True),
        "rotate_fill": image.rotate(30, bilinear, fillcolor=(10, 200, 90)),
        "shear": warped(image, [[1, lean, 0], [0, 1, 0]], bilinear),
        "zoom": warped(image, [[1.6, 0, 0], [0, 1.6, 0]], bilinear),
        "zoom_out": warped(image, [[0.6, 0, 0], [0, 0.6, 0]], nearest),
        "crop_resize": image.crop((3, 4, 20, 17)).resize((15, 9), bilinear),
        "pad_edge": numpy.pad(planes, around, "edge"),
        "pad_reflect": numpy.pad(planes, around, "reflect"),
        "pad_symmetric": numpy.pad(planes, around, "symmetric"),
    }


def colours(image, planes):
    return {
        "brightness": ImageEnhance.Brightness(image).enhance(1.4),
        "brightness_less": ImageEnhance.Brightness(image).enhance(0.3),
        "contrast": ImageEnhance.Contrast(image).enhance(1.7),
        "contrast_less": ImageEnhance.Contrast(image).enhance(0.4),
        "saturation": ImageEnhance.Color(image).enhance(1.8),
        "saturation_less": ImageEnhance.Color(image).enhance(0.2),
        "hue": turned(planes, 0.3),
        "grey": ImageOps.grayscale(image),
        "invert": ImageOps.invert(image),
        "solarize": ImageOps.solarize(image, 100),
        "posterize": ImageOps.posterize(image, 3),
        "equalize": ImageOps.equalize(image),
        "autocontrast": ImageOps.autocontrast(image),
        "sharpen": ImageEnhance.Sharpness(image).enhance(2.5),
        "sharpen_less": ImageEnhance.Sharpness(image).enhance(0.3),
        "blur": smoothed(planes, 1.5, 3),
    }


if __name__ == "__main__":
    planes = picture()
    image = Image.fromarray(planes.transpose(1, 2, 0))
    tensors = {"picture": planes}
    for name, made in {**geometry(image, planes), **colours(image, planes)}.items():
        array = made if isinstance(made, numpy.ndarray) else planes_of(made)
        tensors[name] = array.astype(numpy.uint8)
    write(tensors, PATH)
