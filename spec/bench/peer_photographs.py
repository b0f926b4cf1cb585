"""Photographs as batches of 224 x 224: PyTorch's DataLoader over Pillow, the way torchvision does it."""
import math
import os
import random

import numpy
import torch
from PIL import Image, ImageEnhance
from torch.utils.data import DataLoader, Dataset

SIDE = 224
MEAN = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)


def center_crop(image):
    left, top = (image.width - SIDE) // 2, (image.height - SIDE) // 2
    return image.crop((left, top, left + SIDE, top + SIDE))


def region(image):
    """A part of 8 to 100 % of the area, of a shape between 3:4 and 4:3."""
    area = image.width * image.height
    for _ in range(10):
        target = area * random.uniform(0.08, 1)
        ratio = math.exp(random.uniform(math.log(3 / 4), math.log(4 / 3)))
        width, height = round(math.sqrt(target * ratio)), round(math.sqrt(target / ratio))
        if 0 < width <= image.width and 0 < height <= image.height:
            left = random.randint(0, image.width - width)
            top = random.randint(0, image.height - height)
            return left, top, left + width, top + height
    side = min(image.width, image.height)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return left, top, left + side, top + side


def resized_crop(image):
    return image.resize((SIDE, SIDE), Image.BILINEAR, box=region(image))


def flip(image):
    return image.transpose(Image.FLIP_LEFT_RIGHT) if random.random() < 0.5 else image


def jitter(image):
    kinds = [ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color]
    random.shuffle(kinds)
    for kind in kinds:
        image = kind(image).enhance(random.uniform(0.6, 1.4))
    return image


STAGES = {"decode": [center_crop], "resize": [resized_crop], "flip": [resized_crop, flip],
          "jitter": [resized_crop, flip, jitter]}


class Folder(Dataset):
    """Images in a folder a class."""

    def __init__(self, root, stages):
        self.stages = stages
        self.files = [(os.path.join(root, name, file), label)
                      for label, name in enumerate(sorted(os.listdir(root)))
                      for file in sorted(os.listdir(os.path.join(root, name)))]

    def __len__(self):
        return len(self.files)

    def __getitem__(self, i):
        path, label = self.files[i]
        with Image.open(path) as file:
            image = file.convert("RGB")
        for stage in self.stages:
            image = stage(image)
        x = torch.from_numpy(numpy.array(image)).permute(2, 0, 1).contiguous()
        return x.float().div_(255).sub_(MEAN).div_(STD), label


def loader(folder, name, batch, workers):
    return DataLoader(Folder(folder, STAGES[name]), batch_size=batch, shuffle=True,
                      num_workers=workers, persistent_workers=True)
