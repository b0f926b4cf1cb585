"""The stages that stage_steps.lua measures, done by Pillow as torchvision does them."""
import io

import numpy
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

SIDE = 224
BILINEAR = Image.Resampling.BILINEAR
MEAN = numpy.float32([0.485, 0.456, 0.406])
STD = numpy.float32([0.229, 0.224, 0.225])


def crop_with_margin(image):
    return ImageOps.expand(image, 4).crop((2, 3, 2 + SIDE, 3 + SIDE))


def affine(image):
    coefficients = (0.9, 0.16, -6, -0.16, 0.9, 30)
    return image.transform(image.size, Image.Transform.AFFINE, coefficients, BILINEAR)


def perspective(image):
    coefficients = (1.2, 0.1, -20, 0.1, 1.2, -20, 5e-4, 5e-4)
    return image.transform(image.size, Image.Transform.PERSPECTIVE, coefficients, BILINEAR)


def hue(image):
    h, s, v = image.convert("HSV").split()
    turned = numpy.asarray(h) + numpy.uint8(25)
    return Image.merge("HSV", (Image.fromarray(turned), s, v)).convert("RGB")


def noise(image):
    floats = numpy.asarray(image) + numpy.random.default_rng(1).normal(0, 25, (SIDE, SIDE, 3))
    return Image.fromarray(floats.clip(0, 255).astype(numpy.uint8))


def jpeg(image):
    file = io.BytesIO()
    image.save(file, "JPEG", quality=60)
    return Image.open(file).convert("RGB")


def erase(image):
    erased = image.copy()
    erased.paste((0, 0, 0), (60, 60, 131, 131))
    return erased


def normalize(image):
    floats = numpy.asarray(image).transpose(2, 0, 1).astype(numpy.float32) / 255
    return (floats - MEAN[:, None, None]) / STD[:, None, None]


def enhanced(kind, factor):
    return lambda image: kind(image).enhance(factor)


STAGES = {
    "resized crop": lambda image: image.resize((SIDE, SIDE), BILINEAR, box=(20, 30, 180, 200)),
    "resize": lambda image: image.resize((100, 100), BILINEAR),
    "crop with margin": crop_with_margin,
    "flip": ImageOps.mirror,
    "rotate": lambda image: image.rotate(30, BILINEAR),
    "rotate nearest": lambda image: image.rotate(30),
    "affine": affine,
    "perspective": perspective,
    "brightness": enhanced(ImageEnhance.Brightness, 1.2),
    "contrast": enhanced(ImageEnhance.Contrast, 1.2),
    "saturation": enhanced(ImageEnhance.Color, 1.2),
    "hue": hue,
    "grey": ImageOps.grayscale,
    "invert": ImageOps.invert,
    "solarize": ImageOps.solarize,
    "posterize": lambda image: ImageOps.posterize(image, 4),
    "equalize": ImageOps.equalize,
    "autocontrast": ImageOps.autocontrast,
    "sharpen": enhanced(ImageEnhance.Sharpness, 2),
    "blur": lambda image: image.filter(ImageFilter.GaussianBlur(1.5)),
    "noise": noise,
    "jpeg": jpeg,
    "erase": erase,
    "normalize": normalize,
}


def step(name):
    pixels = numpy.random.default_rng(1).integers(0, 256, (SIDE, SIDE, 3), numpy.uint8)
    picture, stage = Image.fromarray(pixels), STAGES[name]
    return lambda: stage(picture)
