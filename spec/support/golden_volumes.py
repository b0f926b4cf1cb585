"""The cases of golden.py on volumes and sequences, layers of nn among them."""

import torch
import torch.nn.functional as F

from golden_cases import Index, normal


def volumes(f):

    def conv(title, options, x, w, b, **k):
        f.case(title, "torch.conv3d(x, w, b%s)" % (options and ", " + options),
               lambda x, w, b: F.conv3d(x, w, b, **k), x=x, w=w, b=b)

    conv("conv3d", "", normal(2, 2, 3, 4, 3), normal(3, 2, 2, 3, 2), normal(3))
    conv("conv3d, strides and paddings", "{stride = {1, 2, 1}, pad = {0, 1, 2}}",
         normal(1, 2, 3, 4, 3), normal(2, 2, 2, 2, 3), normal(2), stride=(1, 2, 1),
         padding=(0, 1, 2))
    conv("conv3d, dilated, in groups", "{dilation = {2, 1, 2}, pad = 1, groups = 2}",
         normal(1, 4, 4, 2, 4), normal(4, 2, 2, 2, 2), normal(4), dilation=(2, 1, 2), padding=1,
         groups=2)
    conv("conv3d 1 x 1 x 1", "", normal(2, 3, 2, 2, 2), normal(4, 3, 1, 1, 1), normal(4))
    conv("conv3d of the whole depth", "", normal(2, 2, 3, 3, 3), normal(3, 2, 3, 2, 2), normal(3))

    def back(title, options, x, w, b, **k):
        f.case(title, "torch.convTranspose3d(x, w, b%s)" % (options and ", " + options),
               lambda x, w, b: F.conv_transpose3d(x, w, b, **k), x=x, w=w, b=b)

    back("convTranspose3d", "", normal(1, 2, 2, 2, 3), normal(2, 3, 2, 1, 2), normal(3))
    back("convTranspose3d, strides and more", "{stride = 2, pad = {0, 1, 0}, adj = {1, 0, 1}}",
         normal(1, 2, 2, 2, 2), normal(2, 2, 2, 3, 2), normal(2), stride=2, padding=(0, 1, 0),
         output_padding=(1, 0, 1))
    back("convTranspose3d in groups, dilated", "{groups = 2, dilation = {1, 2, 1}}",
         normal(1, 4, 2, 2, 2), normal(4, 1, 2, 2, 1), normal(2), groups=2, dilation=(1, 2, 1))
    pools(f)
    layers(f)


def pools(f):
    volume = normal(2, 2, 4, 5, 4)

    def most(title, options, x, **k):
        f.case(title, "torch.maxPool3d(x, %s)" % options,
               lambda x: F.max_pool3d(x, return_indices=True, **k), x=x)

    most("maxPool3d", "2", volume, kernel_size=2)
    most("maxPool3d, overlapping, padded", "3, {stride = {1, 2, 2}, pad = 1}", volume,
         kernel_size=3, stride=(1, 2, 2), padding=1)
    most("maxPool3d, ceil, dilated", "{2, 3, 2}, {stride = 2, ceil = true, dilation = {1, 1, 2}}",
         normal(1, 5, 6, 5), kernel_size=(2, 3, 2), stride=2, ceil_mode=True, dilation=(1, 1, 2))

    def mean(title, options, x, **k):
        f.case(title, "torch.avgPool3d(x, %s)" % options, lambda x: F.avg_pool3d(x, **k), x=x)

    mean("avgPool3d", "2", volume, kernel_size=2)
    mean("avgPool3d, padded", "3, {stride = 2, pad = 1}", volume, kernel_size=3, stride=2, padding=1)
    mean("avgPool3d, padding not counted", "3, {stride = 2, pad = 1, countIncludePad = false}",
         volume, kernel_size=3, stride=2, padding=1, count_include_pad=False)
    mean("avgPool3d, ceil", "{2, 3, 2}, {stride = {2, 2, 3}, ceil = true}", normal(1, 1, 5, 6, 6),
         kernel_size=(2, 3, 2), stride=(2, 2, 3), ceil_mode=True)
    f.case("maxUnpool3d", "torch.maxUnpool3d(x, i, 4, 2, 2)",
           lambda x, i: F.max_unpool3d(x, i, (2, 2, 2), output_size=(4, 2, 2)),
           x=normal(1, 1, 2, 1, 1), i=Index([[[[[3]], [[13]]]]]))


def layers(f):
    volume, image = normal(1, 2, 2, 3, 4), normal(2, 1, 3, 2)
    f.case("nn.UpSampling, nearest", "nn.UpSampling(2)(x)",
           lambda x: F.interpolate(x, scale_factor=2, mode="nearest"), x=volume)
    f.case("nn.UpSampling, trilinear", "nn.UpSampling({odepth = 3, oheight = 5, owidth = 6}, "
           "'trilinear')(x)",
           lambda x: F.interpolate(x, (3, 5, 6), mode="trilinear", align_corners=True), x=volume)
    f.case("nn.UpSampling, bilinear", "nn.UpSampling(3, 'bilinear')(x)",
           lambda x: F.interpolate(x, (9, 6), mode="bilinear", align_corners=True), x=image)
    f.case("nn.VolumetricReplicationPadding",
           "nn.VolumetricReplicationPadding(1, 2, 0, 1, 2, 0)(x)",
           lambda x: F.pad(x, (1, 2, 0, 1, 2, 0), mode="replicate"), x=volume)
    f.case("nn.TemporalMaxPooling", "nn.TemporalMaxPooling(3, 2)(x)",
           lambda x: F.max_pool1d(x.transpose(1, 2), 3, 2).transpose(1, 2), x=normal(2, 6, 3))
    f.case("nn.FeatureLPPooling", "nn.FeatureLPPooling(3, 2, 2, true)(x)",
           lambda x: x.unfold(1, 3, 2).pow(2).sum(3).sqrt(), x=normal(2, 7, 2))


FAMILIES = (volumes,)
