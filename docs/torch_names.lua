--- Torch7's names one by one: what is the same here, what differs and how, what is absent and why.
-- A list of groups, each with `same`, a list of names, and `differs`, `absent` and, where Torch7's
-- own packages had not all, `added`: lists of { names, sentence }. What holds of all of them stands
-- in docs/build.lua.
local function words(text)
  local list = {}
  for word in text:gmatch("%S+") do list[#list + 1] = word end
  return list
end

local function joined(...)
  local all = {}
  for _, list in ipairs{ ... } do table.move(list, 1, #list, #all + 1, all) end
  return all
end

-- What differs alike in functions and methods.
local of_both = {
  {
    "add csub cmul cdiv cpow cfmod cremainder cmod cbitand cbitor cbitxor clshift crshift "
      .. "atan2 cmax cmin lerp addcmul addcdiv lt le gt ge eq ne",
    "Shapes broadcast and types are promoted. Functions of shapes that only agree in "
      .. "their number of elements need `--torch7`.",
  },
  {
    "sort topk",
    "Equal values keep their order, NaN counts as the largest; the values of topk are "
      .. "always in order.",
  },
  { "kthvalue median mode", "NaN counts as the largest." },
  {
    "conv2 xcorr2 conv3 xcorr3",
    "Integers are computed in double: sums beyond 2^53 are rounded.",
  },
  {
    "multinomial",
    "Refuses weights of which fewer are above 0 than samples are drawn without "
      .. "replacement.",
  },
  {
    "multinomialAliasSetup_",
    "Weights need not add up to 1. An alias to the first category counts, which Torch7 "
      .. "forgot.",
  },
  { "multinomialAlias_", "Fills its receiver, which has to be there." },
  { "view", "A strided tensor has a view where there is one without copying." },
  { "viewAs", "As `view`." },
  { "expand expandAs", "May put dimensions in front, as broadcasting does." },
  { "equal", "Types may differ." },
  { "match", "Adds up in double; integers truncate the gain." },
  { "cdata", "A number that is the tensor's or storage's own, no pointer for LuaJIT." },
  {
    "data",
    "A pointer of the package `ffi`, which knows where the memory ends: reading and writing "
      .. "beyond it is an error.",
  },
}

return {
  {
    title = "Functions of torch",
    same = words[[
      ByteStorage ByteTensor CharStorage CharTensor CmdLine DiskFile DoubleStorage DoubleTensor
      File FloatStorage FloatTensor Generator HalfStorage HalfTensor IntStorage IntTensor
      LongStorage LongTensor MemoryFile PipeFile ShortStorage ShortTensor TestSuite Tester Timer
      _gen abs acos addbmm addmm addmv addr asin atan baddbmm bhistc bitand bitor
      bitxor cat cauchy ceil chunk cinv clamp class cos cosh cross cumprod cumsum deserialize
      deserializeFromStorage diag dist div dot exp exponential fill floor fmod frac gather
      geometric geqrf gesv getRNGState getconstructortable getenv getmetatable getnumcores histc
      include initialSeed inverse isStorage isTensor isTypeOf isequal load loadobj log log1p
      logNormal lshift manualSeed max mean min mod mul neg newmetatable nonzero norm normal
      numel packageLuaPath permute pointer potrf potri potrs pow prod qr random remainder renorm
      repeatTensor reshape round rshift rsqrt save saveobj scatter seed serialize
      serializeToStorage setRNGState setenv setmetatable sigmoid sign sin sinh split sqrt
      squeeze std sum tan tanh tic toc totable trace tril triu trtrs trunc type typename uniform
      var version zero
    ]],
    differs = joined({
      {
        "Tensor Storage setdefaulttensortype getdefaulttensortype",
        "The default type is Float at first, Double under `--torch7`.",
      },
      {
        "zeros ones eye rand randn range linspace logspace randperm",
        "Of the default type, or of the one that `{ dtype = ... }` names; randperm too. Sizes "
          .. "may stand in a table.",
      },
    }, of_both, {
      {
        "multinomialAliasSetup multinomialAlias",
        "As `multinomialAliasSetup_`; what is filled may have any shape.",
      },
      { "mm mv ger bmm", "Same function; the method's receiver takes the shape of the result." },
      { "eig symeig svd gels pstrf", "A matrix that holds NaN or infinity is refused." },
      { "orgqr", "Only the columns that reflectors make." },
      { "ormqr", "The reflectors may lie in memory in any order." },
      {
        "bernoulli",
        "A tensor alone holds probabilities; under `--torch7` it is filled, as in Torch7.",
      },
      {
        "setnumthreads getnumthreads",
        "Threads of Wick's own pool, at most as many as there are cores. Results do not "
          .. "depend on them.",
      },
      {
        "setheaptracking _heaptracking",
        "The flag alone: Lua's collector always counts what tensors hold.",
      },
      { "updatethreadlocals updateerrorhandlers", "Do nothing; there is nothing to do." },
      { "isatty", "Knows the three standard files." },
      { "test", "Runs the examples of all operations." },
      { "factory", "Knows classes made in Lua." },
      { "all any", "Take any type that has them; methods of every type." },
    }),
    absent = {
      {
        "Allocator",
        "An object without methods for LuaJIT's ffi; a host of the C library hands its "
          .. "allocator to wick_context_new.",
      },
      {
        "metatype pushudata",
        "Work on LuaJIT's ffi, which Lua 5.4 has not; a C program reaches tensors through "
          .. "wick.h. Calling them says so.",
      },
    },
  },
  {
    title = "Methods of tensors",
    same = words[[
      abs acos addbmm addmm addmv addr apply asin atan baddbmm bernoulli bhistc bitand bitor
      bitxor byte cat cauchy ceil char chunk cinv clamp clone contiguous cos cosh cross cumprod
      cumsum diag dim dist div dot double elementSize exp exponential eye fill float floor fmod
      frac gather geometric half histc index int isContiguous isSetTo isSize linspace log log1p
      logNormal logspace long lshift map map2 maskedCopy maskedSelect max mean min mod mul
      nDimension nElement neg new nonzero norm normal numel ones permute pow prod rand randn
      random randperm range real remainder renorm repeatTensor reshape resize resizeAs round
      rshift rsqrt scatter set short sigmoid sign sin sinh size split sqrt squeeze std storage
      storageOffset stride sub sum t tan tanh totable trace transpose tril triu trunc type
      typeAs unfold uniform var zero zeros
    ]],
    differs = joined(of_both, {
      {
        "mm mv ger bmm",
        "The receiver takes the shape of the result; Torch7 wanted it to have it.",
      },
      {
        "indexAdd indexCopy indexFill maskedFill",
        "Return the tensor; Torch7 returned the last argument.",
      },
      { "isSameSizeAs", "Types may differ." },
      { "isTensor", "Exists on every type." },
      { "narrow select", "Positions may count from the end." },
      { "copy", "The source may broadcast." },
      {
        "free retain",
        "Lua counts for itself: free lets go of the memory at once, retain has nothing to do.",
      },
      { "torch", "The package: its functions choose the type by their arguments." },
    }),
    absent = {
      {
        "read write",
        "Files know by themselves how tensors are written and read: torch.save, "
          .. "file:writeObject.",
      },
    },
  },
  {
    title = "Classes of nn",
    same = words[[
      Abs AbsCriterion Add BCECriterion Bilinear Bottle CAdd CAddTensorTable CDivTable CMaxTable
      CMinTable CMul CMulTable CSubTable Clamp Collapse Concat ConcatTable Constant Contiguous
      Copy CosineDistance CosineEmbeddingCriterion Decorator DepthConcat DistKLDivCriterion
      DistanceRatioCriterion DontCast DotProduct Exp FeatureLPPooling FlattenTable
      GatedLinearUnit GradientReversal HardShrink HingeEmbeddingCriterion Identity Index
      JoinTable Kmeans L1Cost L1HingeEmbeddingCriterion L1Penalty Log LogSigmoid LogSoftMax MM
      MSECriterion MV MapTable MarginCriterion MarginRankingCriterion MaskedSelect Max Maxout
      Mean Min MixtureTable Mul MultiCriterion MultiLabelSoftMarginCriterion Narrow NarrowTable
      Normalize PReLU Padding PairwiseDistance Parallel ParallelCriterion ParallelTable
      PartialLinear PixelShuffle Power PrintSize Replicate Reshape Select SelectTable Sigmoid
      SmoothL1Criterion SoftMarginCriterion SoftMax SoftMin SoftPlus SoftShrink SoftSign
      SpatialAdaptiveAveragePooling SpatialAdaptiveMaxPooling SpatialAutoCropMSECriterion
      SpatialAveragePooling SpatialContrastiveNormalization SpatialConvolutionMap
      SpatialCrossMapLRN SpatialDivisiveNormalization
      SpatialFractionalMaxPooling SpatialFullConvolutionMap SpatialLPPooling SpatialLogSoftMax
      SpatialMaxUnpooling SpatialReflectionPadding SpatialReplicationPadding
      SpatialSoftMax SpatialSubSampling SpatialSubtractiveNormalization SpatialUpSamplingBilinear
      SpatialUpSamplingNearest SpatialZeroPadding SplitTable Sqrt Square Squeeze
      StochasticGradient Sum Tanh TanhShrink TemporalDynamicKMaxPooling TemporalMaxPooling
      TemporalSubSampling Transpose Unsqueeze UpSampling View VolumetricAveragePooling
      VolumetricDilatedMaxPooling VolumetricFractionalMaxPooling VolumetricMaxPooling
      VolumetricMaxUnpooling VolumetricReplicationPadding WeightedMSECriterion WhiteNoise
      ZeroGrad ZipTable ZipTableOneToMany
    ]],
    differs = {
      {
        "Module Container Criterion Sequential",
        "Gradients come from the tape where a class brings none of its own; those of new "
          .. "modules are zero. Outputs inside a network are let go of by backward unless "
          .. "`retain` is called or `--torch7` is on; `gradInput` is that of the outermost "
          .. "module. Methods that served Torch7's buffers are not there.",
      },
      {
        "Threshold ReLU ReLU6 LeakyReLU ELU HardTanh AddConstant MulConstant CAddTable CReLU",
        "The argument `inplace` changes nothing: outputs are fresh.",
      },
      { "RReLU", "The argument `inplace` changes nothing; `noise` is not kept." },
      {
        "Dropout",
        "The argument `inplace` changes nothing. The mask is not kept in `noise`, and for a seed "
          .. "is another than Torch7's, the same for any number of threads.",
      },
      { "SpatialDropout VolumetricDropout", "As `Dropout`." },
      {
        "BatchNormalization SpatialBatchNormalization VolumetricBatchNormalization",
        "The fields `save_mean` and `save_std` are not kept. In training one value a feature is "
          .. "refused; under `--torch7` its variance counts as 0.",
      },
      {
        "Linear SpatialConvolution SpatialConvolutionMM SpatialDilatedConvolution "
          .. "SpatialFullConvolution VolumetricConvolution VolumetricDilatedConvolution "
          .. "VolumetricFullConvolution SpatialConvolutionLocal SpatialDepthWiseConvolution "
          .. "TemporalConvolution TemporalRowConvolution",
        "Buffers (`addBuffer`, `finput`, `fgradInput`, `columns`) are not there.",
      },
      {
        "SparseLinear",
        "The gradient of the weight is dense, so that nothing is kept of the last input. "
          .. "Without doGradInput backward returns the gradients of the values given.",
      },
      {
        "IndexLinear",
        "As `SparseLinear`; `running` is not there.",
      },
      { "LookupTable", "After `accUpdateOnly` a forward makes the gradient's memory again." },
      {
        "Cosine Euclidean WeightedEuclidean",
        "Gradients are exact, where Torch7 kept distances from 0 by 1e-7; that of a distance "
          .. "of 0 is 0. Buffers and `fastBackward` do nothing.",
      },
      {
        "SpatialMaxPooling SpatialDilatedMaxPooling",
        "The field `indices` is sure to be there only where nn.SpatialMaxUnpooling asks for it.",
      },
      { "OneHot", "Numbers out of range are refused." },
      { "LayerNormalization", "Rows of batches are centred one by one; Torch7 mixed them up." },
      {
        "WeightNorm",
        "The module inside has to be made of operations. `gradWeight` is not filled.",
      },
      { "LinearWeightNorm", "The field `weight` is written by forward." },
      { "GPU", "Computes on the processor; the devices are only kept." },
      { "NaN", "Also watches the gradients inside a network, whichever way it is differentiated." },
      {
        "Profile",
        "Backward is timed from the first gradient of the output to the last of the input, and "
          .. "not at all where the input has none.",
      },
      { "Convert", "Needs no other package." },
      { "CriterionTable", "The gradient has zeros for the target." },
      {
        "ClassNLLCriterion SpatialClassNLLCriterion CrossEntropyCriterion MultiMarginCriterion "
          .. "MultiLabelMarginCriterion ClassSimplexCriterion",
        "Targets are checked before use; what is out of range is named with its place.",
      },
      {
        "ModuleCriterion",
        "The gradient passes the modules by the tape; the fields `input` and `target` are not "
          .. "set.",
      },
    },
    absent = {},
    added = {
      { "InstanceNormalization", "As in public scripts, which may define their own all the same." },
    },
  },
}
