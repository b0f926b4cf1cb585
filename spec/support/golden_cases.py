"""The cases of golden.py: a function a family, which hands each case to a golden.File."""

import numpy
import torch
import torch.nn.functional as F

random = numpy.random.RandomState(20)


def normal(*size):
    """Values on a grid of 2^-8, different from each other within reason."""
    return torch.from_numpy(numpy.round(random.normal(size=size) * 256) / 256)


def between(low, high, *size):
    return torch.from_numpy(numpy.round(random.uniform(low, high, size=size) * 256) / 256)


def values(data):
    return torch.tensor(data, dtype=torch.float64)


class Index:
    """Positions, from 0 here and from 1 in Lua."""

    def __init__(self, data):
        self.data = torch.tensor(data, dtype=torch.int64)


class Mask:
    def __init__(self, data):
        self.data = torch.tensor(data, dtype=torch.uint8)


def products(f):
    a, b = normal(3, 4), normal(4, 2)
    f.case("mm", "torch.mm(a, b)", lambda a, b: a @ b, a=a, b=b)
    f.case("mv", "torch.mv(a, x)", lambda a, x: a @ x, a=a, x=normal(4))
    f.case("ger", "torch.ger(x, z)", torch.outer, x=normal(3), z=normal(4))
    f.case("bmm", "torch.bmm(a, b)", torch.bmm, a=normal(2, 3, 4), b=normal(2, 4, 2))
    f.case("dot", "torch.dot(x, z)", torch.dot, x=normal(9), z=normal(9))
    f.case("addmm", "torch.addmm(0.5, c, 2, a, b)",
           lambda c, a, b: torch.addmm(c, a, b, beta=0.5, alpha=2), c=normal(3, 2), a=a, b=b)
    f.case("addmv", "torch.addmv(0.5, c, 2, a, x)",
           lambda c, a, x: torch.addmv(c, a, x, beta=0.5, alpha=2), c=normal(3), a=a, x=normal(4))
    f.case("addr", "torch.addr(0.5, c, 2, x, z)",
           lambda c, x, z: torch.addr(c, x, z, beta=0.5, alpha=2), c=normal(3, 4), x=normal(3),
           z=normal(4))
    f.case("baddbmm", "torch.baddbmm(0.5, c, 2, a, b)",
           lambda c, a, b: torch.baddbmm(c, a, b, beta=0.5, alpha=2),
           c=normal(2, 3, 2), a=normal(2, 3, 4), b=normal(2, 4, 2))
    f.case("addbmm", "torch.addbmm(0.5, c, 2, a, b)",
           lambda c, a, b: torch.addbmm(c, a, b, beta=0.5, alpha=2),
           c=normal(3, 2), a=normal(2, 3, 4), b=normal(2, 4, 2))
    f.case("linear", "torch.linear(x, w, b)", F.linear, x=normal(3, 4), w=normal(5, 4), b=normal(5))


def convolution(f):

    def conv(title, options, x, w, b=None, **k):
        lua = "torch.conv2d(x, w%s%s)" % (", b" if b is not None else "",
            options and ", " + options)
        inputs = {"x": x, "w": w}
        if b is not None:
            inputs["b"] = b
        f.case(title, lua, lambda x, w, b=None: F.conv2d(x, w, b, **k), **inputs)

    conv("conv2d", "", normal(2, 2, 5, 6), normal(3, 2, 3, 3), normal(3))
    conv("conv2d of one image", "", normal(2, 4, 5), normal(3, 2, 3, 2), normal(3))
    conv("conv2d, stride and padding", "{stride = 2, pad = 1}", normal(2, 2, 6, 5),
         normal(3, 2, 3, 3),
         normal(3), stride=2, padding=1)
    conv("conv2d, two strides and paddings", "{stride = {2, 1}, pad = {0, 2}}", normal(1, 2, 5, 5),
         normal(2, 2, 2, 4), stride=(2, 1), padding=(0, 2))
    conv("conv2d, dilated", "{dilation = 2, pad = 2}", normal(1, 2, 6, 6), normal(2, 2, 3, 3),
         normal(2),
         dilation=2, padding=2)
    conv("conv2d in groups", "{groups = 2}", normal(2, 4, 4, 4), normal(6, 2, 3, 3), normal(6),
         groups=2)
    conv("conv2d, a group a channel", "{groups = 3, stride = 2, pad = 1}", normal(1, 3, 6, 6),
         normal(3, 1, 3, 3), groups=3, stride=2, padding=1)
    conv("conv2d 1 x 1", "", normal(2, 3, 3, 3), normal(4, 3, 1, 1), normal(4))
    conv("conv2d 11 x 11", "{stride = 4, pad = 2}", normal(1, 1, 15, 15), normal(1, 1, 11, 11),
         stride=4, padding=2)

    def back(title, options, x, w, b, **k):
        lua = "torch.convTranspose2d(x, w, b%s)" % (options and ", " + options)
        f.case(title, lua, lambda x, w, b: F.conv_transpose2d(x, w, b, **k), x=x, w=w, b=b)

    back("convTranspose2d", "", normal(2, 3, 3, 3), normal(3, 2, 3, 3), normal(2))
    back("convTranspose2d, stride, padding and more", "{stride = 2, pad = 1, adj = 1}",
         normal(1, 3, 3, 4),
         normal(3, 2, 3, 3), normal(2), stride=2, padding=1, output_padding=1)
    back("convTranspose2d in groups, dilated", "{groups = 2, dilation = 2}", normal(1, 4, 3, 3),
         normal(4, 2, 2, 2), normal(4), groups=2, dilation=2)
    f.case("im2col", "torch.im2col(x, {2, 3}, {stride = {1, 2}, pad = 1})",
           lambda x: F.unfold(x, (2, 3), stride=(1, 2), padding=1), x=normal(2, 2, 4, 5))
    f.case("col2im", "torch.col2im(x, 4, 5, 3, {pad = 1})",
           lambda x: F.fold(x, (4, 5), 3, padding=1), x=normal(1, 18, 20))


def pooling(f):
    image = normal(2, 2, 5, 6)

    def most(title, options, x, **k):
        f.case(title, "torch.maxPool2d(x, %s)" % options,
               lambda x: F.max_pool2d(x, return_indices=True, **k), x=x)

    most("maxPool2d", "2", image, kernel_size=2)
    most("maxPool2d, overlapping, padded", "3, {stride = 2, pad = 1}", image, kernel_size=3,
         stride=2, padding=1)
    most("maxPool2d, ceil", "3, {stride = 2, ceil = true}", normal(1, 2, 6, 6), kernel_size=3,
         stride=2,
         ceil_mode=True)
    most("maxPool2d, dilated, oblong", "{3, 2}, {stride = {1, 2}, dilation = {2, 1}}",
         normal(2, 7, 6),
         kernel_size=(3, 2), stride=(1, 2), dilation=(2, 1))

    def mean(title, options, x, **k):
        f.case(title, "torch.avgPool2d(x, %s)" % options, lambda x: F.avg_pool2d(x, **k), x=x)

    mean("avgPool2d", "2", image, kernel_size=2)
    mean("avgPool2d, padded", "3, {stride = 2, pad = 1}", image, kernel_size=3, stride=2, padding=1)
    mean("avgPool2d, padding not counted", "3, {stride = 2, pad = 1, countIncludePad = false}",
         image,
         kernel_size=3, stride=2, padding=1, count_include_pad=False)
    mean("avgPool2d, ceil, padded", "3, {stride = 2, pad = 1, ceil = true}", normal(1, 1, 6, 6),
         kernel_size=3, stride=2, padding=1, ceil_mode=True)
    f.case("adaptiveAvgPool2d", "torch.adaptiveAvgPool2d(x, {3, 4})",
           lambda x: F.adaptive_avg_pool2d(x, (3, 4)), x=image)
    f.case("adaptiveAvgPool2d to one", "torch.adaptiveAvgPool2d(x, 1)",
           lambda x: F.adaptive_avg_pool2d(x, 1), x=image)
    f.case("adaptiveMaxPool2d", "torch.adaptiveMaxPool2d(x, {3, 4})",
           lambda x: F.adaptive_max_pool2d(x, (3, 4), return_indices=True), x=image)
    f.case("maxUnpool2d", "torch.maxUnpool2d(x, i, 4, 4)", lambda x, i: F.max_unpool2d(x, i, 2,
           output_size=(4, 4)),
           x=normal(1, 1, 2, 2), i=Index([[[[1, 6], [8, 15]]]]))


def normalisation(f):

    def batch(title, x, **k):
        c = x.shape[1]
        f.case(title, "torch.batchNorm(x, w, b, {eps = %g})" % k.get("eps", 1e-5),
               lambda x, w, b: F.batch_norm(x, None, None, w, b, True, 0.1, **k),
               x=x, w=between(0.5, 2, c), b=normal(c))

    batch("batchNorm of vectors", normal(5, 3))
    batch("batchNorm of images", normal(2, 3, 3, 2), eps=0.01)
    batch("batchNorm of equal values", torch.ones(4, 2, dtype=torch.float64) / 256)
    f.case("batchNorm in evaluation", "torch.batchNorm(x, w, b, m, s, false)",
           lambda x, w, b, m, s: F.batch_norm(x, m, s, w, b, False), fixed=("m", "s"),
           x=normal(2, 3, 2, 2), w=between(0.5, 2, 3), b=normal(3), m=normal(3),
           s=between(0.5, 2, 3))
    f.case("the running mean", "torch.batchNorm(x, w, b, m, s, true, 0.25) and m",
           running(0), fixed=("x", "w", "b", "m", "s"),
           x=normal(5, 3), w=normal(3), b=normal(3), m=normal(3), s=between(0.5, 2, 3))
    f.case("the running variance", "torch.batchNorm(x, w, b, m, s, true, 0.25) and s",
           running(1), fixed=("x", "w", "b", "m", "s"),
           x=normal(5, 3), w=normal(3), b=normal(3), m=normal(3), s=between(0.5, 2, 3))
    f.case("localResponseNorm", "torch.localResponseNorm(x, 3, {alpha = 0.5, beta = 0.75, k = 2})",
           lambda x: F.local_response_norm(x, 3, 0.5, 0.75, 2.0), x=normal(2, 5, 2, 2))
    f.case("localResponseNorm over 5", "torch.localResponseNorm(x, 5, {alpha = 2})",
           lambda x: F.local_response_norm(x, 5, 2.0, 0.75, 1.0), x=normal(1, 4, 2, 2))


def running(which):
    def f(x, w, b, m, s):
        m, s = m.clone(), s.clone()
        F.batch_norm(x, m, s, w, b, True, 0.25)
        return (m, s)[which]
    return f


def activations(f):
    x = values([-30, -4, -1.25, -0.75, -0.25, 0.125, 0.5, 0.875, 1.5, 3, 25])

    def case(lua, function, **inputs):
        f.case(lua, "torch." + lua, function, **(inputs or {"x": x}))

    case("relu(x)", F.relu)
    case("leakyRelu(x, 0.25)", lambda x: F.leaky_relu(x, 0.25))
    case("elu(x, 0.5)", lambda x: F.elu(x, 0.5))
    case("softPlus(x, 2)", lambda x: F.softplus(x, 2))
    case("logSigmoid(x)", F.logsigmoid)
    case("hardShrink(x, 0.6)", lambda x: F.hardshrink(x, 0.6))
    case("softShrink(x, 0.6)", lambda x: F.softshrink(x, 0.6))
    case("threshold(x, 1, -7)", lambda x: F.threshold(x, 1, -7))
    case("clamp(x, -1, 2)", lambda x: torch.clamp(x, -1, 2))
    case("sigmoid(x)", torch.sigmoid)
    case("tanh(x)", torch.tanh)
    case("erf(x)", torch.erf)
    case("softMax(x)", lambda x: F.softmax(x, 1), x=normal(3, 4))
    case("softMax(x, 3)", lambda x: F.softmax(x, 2), x=normal(2, 3, 2))
    case("softMin(x)", lambda x: F.softmin(x, 1), x=normal(3, 4))
    case("logSoftMax(x)", lambda x: F.log_softmax(x, 1), x=normal(2, 3, 2, 2))
    y = normal(2, 3)
    positive = between(0.25, 3, 2, 3)
    for name in ("exp", "sin", "cos", "tan", "atan", "sinh", "cosh", "abs", "frac", "square"):
        case(name + "(x)", getattr(torch, name), x=y)
    for name in ("log", "log1p", "sqrt", "rsqrt"):
        case(name + "(x)", getattr(torch, name), x=positive)
    case("cinv(x)", torch.reciprocal, x=positive)
    case("asin(x)", torch.asin, x=between(-0.9, 0.9, 6))
    case("acos(x)", torch.acos, x=between(-0.9, 0.9, 6))
    case("atan2(x, z)", torch.atan2, x=y, z=normal(2, 3))
    case("cpow(x, z)", torch.pow, x=positive, z=normal(3))
    case("pow(x, 2.5)", lambda x: torch.pow(x, 2.5), x=positive)
    case("pow(2.5, x)", lambda x: torch.pow(2.5, x), x=y)
    case("cremainder(x, z)", torch.remainder, fixed=("z",), x=values([5, -5, 5.5, -5.5]),
         z=values([3, 3, -3, -3.0]))
    case("cfmod(x, z)", torch.fmod, fixed=("z",), x=values([5, -5, 5.5, -5.5]),
         z=values([3, 3, -3, -3.0]))
    case("addcmul(x, 0.5, z, u)", lambda x, z, u: torch.addcmul(x, z, u, value=0.5),
         x=normal(2, 3), z=normal(2, 1), u=normal(3))
    case("addcdiv(x, 0.5, z, u)", lambda x, z, u: torch.addcdiv(x, z, u, value=0.5),
         x=normal(2, 3), z=normal(2, 1), u=between(1, 2, 3))
    case("lerp(x, z, 0.3)", lambda x, z: torch.lerp(x, z, 0.3), x=normal(2, 3), z=normal(2, 3))


def losses(f):
    x, t = normal(3, 4), normal(3, 4)
    p, q = between(0.1, 0.9, 3, 4), between(0.1, 0.9, 3, 4)
    sign = values([[1, -1, 1, 1], [-1, -1, 1, -1], [1, 1, -1, -1]])
    for reduction in ("mean", "sum", "none"):
        lua = "{reduction = '%s'}" % reduction
        f.case("mseLoss " + reduction, "torch.mseLoss(x, t, %s)" % lua,
               lambda x, t: F.mse_loss(x, t, reduction=reduction), x=x, t=t)
        f.case("smoothL1Loss " + reduction, "torch.smoothL1Loss(x, t, %s)" % lua,
               lambda x, t: F.smooth_l1_loss(x, t, reduction=reduction), x=x, t=t)
        f.case("l1Loss " + reduction, "torch.l1Loss(x, t, %s)" % lua,
               lambda x, t: F.l1_loss(x, t, reduction=reduction), x=x, t=t)
        f.case("bceWithLogits " + reduction, "torch.bceWithLogits(x, t, %s)" % lua,
               lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction=reduction),
               fixed=("t",), x=x, t=p)
        f.case("klDivLoss " + reduction, "torch.klDivLoss(x, t, %s)" % lua,
               lambda x, t: F.kl_div(x, t, reduction=reduction), fixed=("t",), x=x, t=p)
        f.case("softMarginLoss " + reduction, "torch.softMarginLoss(x, t, %s)" % lua,
               lambda x, t: F.soft_margin_loss(x, t, reduction=reduction), fixed=("t",), x=x,
               t=sign)
        f.case("hingeEmbeddingLoss " + reduction, "torch.hingeEmbeddingLoss(x, t, 1, %s)" % lua,
               lambda x, t: F.hinge_embedding_loss(x, t, reduction=reduction), fixed=("t",), x=p,
               t=sign)
        f.case("nllLoss " + reduction, "torch.nllLoss(x, t, w, %s)" % lua,
               lambda x, t, w: F.nll_loss(x, t, w, reduction=reduction), fixed=("w",),
               x=normal(3, 4), t=Index([1, 3, 0]), w=between(0.5, 2, 4))
        f.case("crossEntropy " + reduction, "torch.crossEntropy(x, t, %s)" % lua,
               lambda x, t: F.cross_entropy(x, t, reduction=reduction), x=normal(3, 4),
               t=Index([1, 3, 0]))
        f.case("multiMarginLoss " + reduction,
               "torch.multiMarginLoss(x, t, {p = 2, reduction = '%s'})" % reduction,
               lambda x, t: F.multi_margin_loss(x, t, p=2, reduction=reduction), x=normal(3, 4),
               t=Index([1, 3, 0]))
    f.case("bceWithLogits with weights", "torch.bceWithLogits(x, t, w)",
           lambda x, t, w: F.binary_cross_entropy_with_logits(x, t, w), fixed=("t", "w"),
           x=x, t=q, w=between(0.5, 2, 3, 4))
    f.case("crossEntropy of images", "torch.crossEntropy(x, t, {ignoreIndex = 2})",
           lambda x, t: F.cross_entropy(x, t, ignore_index=1), x=normal(2, 3, 2, 2),
           t=Index([[[0, 1], [2, 0]], [[1, 1], [0, 2]]]))


def reductions(f):
    x = normal(3, 4)

    def case(lua, function, value=x):
        f.case(lua, "torch." + lua, function, x=value)

    case("sum(x, 1)", lambda x: x.sum(0, keepdim=True))
    case("mean(x, 2)", lambda x: x.mean(1, keepdim=True))
    case("prod(x, 2)", lambda x: x.prod(1, keepdim=True))
    case("prod(x)", lambda x: x.prod())
    case("norm(x)", lambda x: x.norm())
    case("norm(x, 3, 2)", lambda x: x.norm(3, 1, keepdim=True))
    case("norm(x, 1, 1)", lambda x: x.norm(1, 0, keepdim=True))
    case("var(x)", lambda x: x.var())
    case("var(x, 2)", lambda x: x.var(1, keepdim=True))
    case("var(x, 1, true)", lambda x: x.var(0, unbiased=False, keepdim=True))
    case("std(x)", lambda x: x.std())
    case("std(x, 2, true)", lambda x: x.std(1, unbiased=False, keepdim=True))
    case("logSumExp(x, 2)", lambda x: x.logsumexp(1, keepdim=True))
    case("logSumExp(x)", lambda x: x.logsumexp((0, 1)))
    case("cumsum(x, 2)", lambda x: x.cumsum(1))
    case("cumprod(x, 1)", lambda x: x.cumprod(0))
    case("max(x, 2)", lambda x: tuple(x.max(1, keepdim=True)))
    case("min(x, 1)", lambda x: tuple(x.min(0, keepdim=True)))
    case("sort(x, 2, true)", lambda x: tuple(x.sort(1, descending=True)))
    case("topk(x, 2, 2, true, true)", lambda x: tuple(x.topk(2, 1)))
    case("kthvalue(x, 2, 1)", lambda x: tuple(x.kthvalue(2, 0, keepdim=True)))
    case("median(x, 2)", lambda x: tuple(x.median(1, keepdim=True)))
    case("trace(x)", torch.trace)
    f.case("dist(x, z, 3)", "torch.dist(x, z, 3)", lambda x, z: torch.dist(x, z, 3), x=x,
           z=normal(3, 4))


def indexing(f):
    x = normal(4, 3)
    f.case("index", "torch.index(x, 1, i)", lambda x, i: x.index_select(0, i), x=x,
           i=Index([2, 0, 2]))
    f.case("indexAdd", "torch.indexAdd(x, 1, i, s)", lambda x, i, s: x.index_add(0, i, s),
           x=x, i=Index([2, 0, 2]), s=normal(3, 3))
    f.case("indexCopy", "torch.indexCopy(x, 2, i, s)", lambda x, i, s: x.index_copy(1, i, s),
           x=x, i=Index([2, 0]), s=normal(4, 2))
    f.case("indexFill", "torch.indexFill(x, 1, i, 7)", lambda x, i: x.index_fill(0, i, 7), x=x,
           i=Index([3, 1]))
    positions = Index([[2, 0], [1, 1], [0, 2], [2, 2]])
    f.case("gather", "torch.gather(x, 2, i)", lambda x, i: x.gather(1, i), x=x, i=positions)
    f.case("scatter", "torch.scatter(x, 2, i, s)", lambda x, i, s: x.scatter(1, i, s),
           x=x, i=Index([[2, 0], [1, 0], [0, 2], [2, 1]]), s=normal(4, 2))
    f.case("scatterAdd", "torch.scatterAdd(x, 2, i, s)", lambda x, i, s: x.scatter_add(1, i, s),
           x=x, i=positions, s=normal(4, 2))
    mask = Mask([[1, 0, 0], [0, 1, 1], [0, 0, 0], [1, 1, 0]])
    f.case("maskedSelect", "torch.maskedSelect(x, m)", lambda x, m: x.masked_select(m), x=x, m=mask)
    f.case("maskedFill", "torch.maskedFill(x, m, 7)", lambda x, m: x.masked_fill(m, 7), x=x, m=mask)
    f.case("maskedCopy", "torch.maskedCopy(x, m, s)", lambda x, m, s: x.masked_scatter(m, s), x=x,
           m=mask, s=normal(6))
    f.case("where", "torch.where(m, x, z)", lambda m, x, z: torch.where(m, x, z), m=mask, x=x,
           z=normal(3))
    f.case("cat", "torch.cat(x, z, 1)", lambda x, z: torch.cat((x, z), 0), x=x, z=normal(2, 3))
    f.case("tril", "torch.tril(x, 1)", lambda x: x.tril(1), x=x)
    f.case("triu", "torch.triu(x, -1)", lambda x: x.triu(-1), x=x)
    f.case("diag of a matrix", "torch.diag(x, -1)", lambda x: x.diag(-1), x=x)
    f.case("diag of a vector", "torch.diag(x, 1)", lambda x: x.diag(1), x=normal(3))
    f.case("repeatTensor", "torch.repeatTensor(x, 2, 1, 2)", lambda x: x.repeat(2, 1, 2), x=x)
    f.case("unfold", "torch.unfold(x, 1, 2, 1)", lambda x: x.unfold(0, 2, 1), x=x)
    f.case("flip", "torch.flip(x, 1)", lambda x: x.flip(0), x=x)
    f.case("pad", "torch.pad(x, 2, 1, 2, 0.5)", lambda x: F.pad(x, (1, 2), value=0.5), x=x)


def limits(f):
    """Zeros, infinities and large numbers, where formulas divide by nothing or overflow."""
    big = values([1e4, -1e4, 0, 100, -100])
    f.case("cpow where the base is 0", "torch.cpow(x, z)", torch.pow, x=values([0, 0, 0, 2, -2]),
           z=values([0, 2, 1, 0, 2]))
    f.case("pow(x, 0) at 0", "torch.pow(x, 0)", lambda x: torch.pow(x, 0), x=values([0, 2]))
    f.case("pow(x, 1) at 0", "torch.pow(x, 1)", lambda x: torch.pow(x, 1), x=values([0, 2]))
    f.case("pow(x, 2) at 0", "torch.pow(x, 2)", lambda x: torch.pow(x, 2), x=values([0, -3]))
    f.case("pow(0, x)", "torch.pow(0, x)", lambda x: torch.pow(0, x), x=values([0, 1, 2]))
    f.case("the norm of zeros", "torch.norm(x)", lambda x: x.norm(), x=values([0, 0, 0]))
    f.case("norms with zeros", "torch.norm(x, 2, 2)", lambda x: x.norm(2, 1, keepdim=True),
           x=values([[0, 0], [3, 0]]))
    f.case("the 1-norm with zeros", "torch.norm(x, 1)", lambda x: x.norm(1), x=values([0, -2, 3]))
    f.case("the 3-norm with zeros", "torch.norm(x, 3)", lambda x: x.norm(3), x=values([0, -2, 3]))
    f.case("the distance of equals", "torch.dist(x, z)", torch.dist, x=values([1, 2]),
           z=values([1, 2]))
    f.case("prod with a zero", "torch.prod(x)", lambda x: x.prod(), x=values([2, 0, 3]))
    f.case("prod with two zeros", "torch.prod(x, 2)", lambda x: x.prod(1, keepdim=True),
           x=values([[2, 0, 0], [1, 2, 3]]))
    f.case("cumprod with zeros", "torch.cumprod(x, 2)", lambda x: x.cumprod(1),
           x=values([[2, 0, 3, 0], [1, 2, 0, 3]]))
    f.case("sigmoid far out", "torch.sigmoid(x)", torch.sigmoid, x=big)
    f.case("tanh far out", "torch.tanh(x)", torch.tanh, x=big)
    f.case("logSigmoid far out", "torch.logSigmoid(x)", F.logsigmoid, x=big)
    f.case("softPlus far out", "torch.softPlus(x)", F.softplus, x=big)
    f.case("elu far out", "torch.elu(x)", F.elu, x=big)
    f.case("softMax far out", "torch.softMax(x)", lambda x: F.softmax(x, 0), x=big)
    f.case("logSoftMax far out", "torch.logSoftMax(x)", lambda x: F.log_softmax(x, 0), x=big)
    f.case("logSumExp far out", "torch.logSumExp(x, 1)", lambda x: x.logsumexp(0, keepdim=True),
           x=big)
    f.case("bceWithLogits far out", "torch.bceWithLogits(x, t)",
           F.binary_cross_entropy_with_logits, fixed=("t",),
           x=big, t=values([0, 1, 1, 1, 0]))
    f.case("crossEntropy far out", "torch.crossEntropy(x, t)", F.cross_entropy,
           x=values([[1e4, 0, -1e4]]), t=Index([1]))
    f.case("log of 0", "torch.log(x)", torch.log, x=values([0, 1]))
    f.case("sqrt of 0", "torch.sqrt(x)", torch.sqrt, x=values([0, 4]))
    f.case("cinv of 0", "torch.cinv(x)", torch.reciprocal, x=values([0, 4]))
    f.case("atan2 of 0 and 0", "torch.atan2(x, z)", torch.atan2, x=values([0, 0, 1]),
           z=values([0, 1, 0]))
    f.case("abs at 0", "torch.abs(x)", torch.abs, x=values([0, -1]))
    f.case("relu at 0", "torch.relu(x)", F.relu, x=values([0, -1, 1]))


FAMILIES = (products, convolution, pooling, normalisation, activations, losses, reductions,
    indexing, limits)
