"""The networks of wick.models in PyTorch, layer by layer the same."""
import torch
from torch import nn


def lenet5():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.ReLU(True), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(True), nn.MaxPool2d(2),
        nn.Conv2d(16, 120, 5), nn.ReLU(True), nn.Flatten(),
        nn.Linear(120, 84), nn.ReLU(True), nn.Linear(84, 10))


def convnetjs():
    layers, channels = [], 3
    for width in 16, 20, 20:
        layers += [nn.Conv2d(channels, width, 5, padding=2), nn.ReLU(True), nn.MaxPool2d(2)]
        channels = width
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(320, 10))


def alexnet():
    def normalized():
        return nn.LocalResponseNorm(5, 1e-4, 0.75, 2)

    return nn.Sequential(
        nn.Conv2d(3, 96, 11, 4), nn.ReLU(True), normalized(), nn.MaxPool2d(3, 2),
        nn.Conv2d(96, 256, 5, padding=2, groups=2), nn.ReLU(True), normalized(), nn.MaxPool2d(3, 2),
        nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(True),
        nn.Conv2d(384, 384, 3, padding=1, groups=2), nn.ReLU(True),
        nn.Conv2d(384, 256, 3, padding=1, groups=2), nn.ReLU(True), nn.MaxPool2d(3, 2),
        nn.Flatten(), nn.Dropout(), nn.Linear(256 * 36, 4096), nn.ReLU(True),
        nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(True), nn.Linear(4096, 1000))


def normalized(channels, width, kernel, stride=1):
    return [nn.Conv2d(channels, width, kernel, stride, kernel // 2, bias=False),
            nn.BatchNorm2d(width), nn.ReLU(True)]


def vgg_stacks(add):
    layers, channels = [], 3
    for width, count in (64, 2), (128, 2), (256, 3), (512, 3), (512, 3):
        for _ in range(count):
            layers += add(channels, width)
            channels = width
        layers.append(nn.MaxPool2d(2))
    return layers


def vgg16():
    stacks = vgg_stacks(lambda c, w: [nn.Conv2d(c, w, 3, padding=1), nn.ReLU(True)])
    return nn.Sequential(
        *stacks, nn.Flatten(), nn.Linear(512 * 49, 4096), nn.ReLU(True), nn.Dropout(),
        nn.Linear(4096, 4096), nn.ReLU(True), nn.Dropout(), nn.Linear(4096, 1000))


def cifar_vgg16():
    return nn.Sequential(
        *vgg_stacks(lambda c, w: normalized(c, w, 3)), nn.Flatten(), nn.Linear(512, 10))


class Inception(nn.Module):
    def __init__(self, channels, one, three_in, three, five_in, five, pooled):
        super().__init__()
        self.branches = nn.ModuleList([
            nn.Sequential(*normalized(channels, one, 1)),
            nn.Sequential(*normalized(channels, three_in, 1), *normalized(three_in, three, 3)),
            nn.Sequential(*normalized(channels, five_in, 1), *normalized(five_in, five, 5)),
            nn.Sequential(nn.MaxPool2d(3, 1, 1), *normalized(channels, pooled, 1))])

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


def googlenet():
    def pool():
        return nn.MaxPool2d(3, 2, ceil_mode=True)

    layers = [*normalized(3, 64, 7, 2), pool(), *normalized(64, 64, 1), *normalized(64, 192, 3), pool()]
    channels = 192
    for widths in ((64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64), None,
                   (192, 96, 208, 16, 48, 64), (160, 112, 224, 24, 64, 64),
                   (128, 128, 256, 24, 64, 64), (112, 144, 288, 32, 64, 64),
                   (256, 160, 320, 32, 128, 128), None, (256, 160, 320, 32, 128, 128),
                   (384, 192, 384, 48, 128, 128)):
        if widths is None:
            layers.append(pool())
            continue
        layers.append(Inception(channels, *widths))
        channels = widths[0] + widths[2] + widths[4] + widths[5]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.4),
                         nn.Linear(channels, 1000))


class Residual(nn.Module):
    def __init__(self, channels, width, stride, bottleneck):
        super().__init__()
        out = 4 * width if bottleneck else width
        if bottleneck:
            self.main = nn.Sequential(
                *normalized(channels, width, 1), *normalized(width, width, 3, stride),
                *normalized(width, out, 1)[:2])
        else:
            self.main = nn.Sequential(
                *normalized(channels, width, 3, stride), *normalized(width, width, 3)[:2])
        same = channels == out and stride == 1
        self.shortcut = None if same else nn.Sequential(*normalized(channels, out, 1, stride)[:2])
        self.relu = nn.ReLU(True)

    def forward(self, x):
        y = self.main(x)
        y += x if self.shortcut is None else self.shortcut(x)
        return self.relu(y)


def residual_stages(counts, width, bottleneck):
    layers, channels = [], width
    for stage, count in enumerate(counts):
        for i in range(count):
            stride = 2 if i == 0 and stage > 0 else 1
            layers.append(Residual(channels, width << stage, stride, bottleneck))
            channels = (width << stage) * (4 if bottleneck else 1)
    return layers, channels


def resnet(counts, bottleneck):
    stages, channels = residual_stages(counts, 64, bottleneck)
    return nn.Sequential(*normalized(3, 64, 7, 2), nn.MaxPool2d(3, 2, 1), *stages,
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 1000))


def resnet18():
    return resnet((2, 2, 2, 2), False)


def resnet50():
    return resnet((3, 4, 6, 3), True)


def resnet20():
    stages, channels = residual_stages((3, 3, 3), 16, False)
    return nn.Sequential(*normalized(3, 16, 3), *stages, nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Linear(channels, 10))


class Dense(nn.Module):
    def __init__(self, channels, growth):
        super().__init__()
        self.new = nn.Sequential(
            nn.BatchNorm2d(channels), nn.ReLU(True), nn.Conv2d(channels, 4 * growth, 1, bias=False),
            nn.BatchNorm2d(4 * growth), nn.ReLU(True),
            nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False))

    def forward(self, x):
        return torch.cat([x, self.new(x)], 1)


def densenet121():
    layers, channels = [*normalized(3, 64, 7, 2), nn.MaxPool2d(3, 2, 1)], 64
    for i, count in enumerate((6, 12, 24, 16)):
        for _ in range(count):
            layers.append(Dense(channels, 32))
            channels += 32
        layers += [nn.BatchNorm2d(channels), nn.ReLU(True)]
        if i < 3:
            layers += [nn.Conv2d(channels, channels // 2, 1, bias=False), nn.AvgPool2d(2)]
            channels //= 2
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 1000))


# Builder, sides of the image, channels.
NETWORKS = {
    "lenet5": (lenet5, 32, 1), "convnetjs": (convnetjs, 32, 3), "resnet20": (resnet20, 32, 3),
    "cifar_vgg16": (cifar_vgg16, 32, 3), "alexnet": (alexnet, 227, 3), "vgg16": (vgg16, 224, 3),
    "googlenet": (googlenet, 224, 3), "resnet18": (resnet18, 224, 3), "resnet50": (resnet50, 224, 3),
    "densenet121": (densenet121, 224, 3)}
