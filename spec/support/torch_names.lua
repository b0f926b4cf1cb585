--- Torch7's names: every function and value of the package `torch`, every method of a DoubleTensor
-- but the metamethods, and every class of the package `nn`, as its last version had them.
local function words(text)
  local list = {}
  for word in text:gmatch("%S+") do list[#list + 1] = word end
  return list
end

return {
  functions = words[[
    Allocator ByteStorage ByteTensor CharStorage CharTensor CmdLine DiskFile DoubleStorage
    DoubleTensor File FloatStorage FloatTensor Generator HalfStorage HalfTensor IntStorage
    IntTensor LongStorage LongTensor MemoryFile PipeFile ShortStorage ShortTensor Storage Tensor
    TestSuite Tester Timer _gen _heaptracking abs acos add addbmm addcdiv addcmul addmm addmv
    addr all any asin atan atan2 baddbmm bernoulli bhistc bitand bitor bitxor bmm cat cauchy
    cbitand cbitor cbitxor cdata cdiv ceil cfmod chunk cinv clamp class clshift cmax cmin cmod
    cmul conv2 conv3 cos cosh cpow cremainder cross crshift csub cumprod cumsum data deserialize
    deserializeFromStorage diag dist div dot eig eq equal exp expand expandAs exponential eye
    factory fill floor fmod frac gather ge gels geometric geqrf ger gesv getRNGState
    getconstructortable getdefaulttensortype getenv getmetatable getnumcores getnumthreads gt
    histc include initialSeed inverse isStorage isTensor isTypeOf isatty isequal kthvalue le
    lerp linspace load loadobj log log1p logNormal logspace lshift lt manualSeed match max mean
    median metatype min mm mod mode mul multinomial multinomialAlias multinomialAliasSetup
    multinomialAliasSetup_ multinomialAlias_ mv ne neg newmetatable nonzero norm normal numel
    ones orgqr ormqr packageLuaPath permute pointer potrf potri potrs pow prod pstrf pushudata
    qr rand randn random randperm range remainder renorm repeatTensor reshape round rshift rsqrt
    save saveobj scatter seed serialize serializeToStorage setRNGState setdefaulttensortype
    setenv setheaptracking setmetatable setnumthreads sigmoid sign sin sinh sort split sqrt
    squeeze std sum svd symeig tan tanh test tic toc topk totable trace tril triu trtrs trunc
    type typename uniform updateerrorhandlers updatethreadlocals var version view viewAs xcorr2
    xcorr3 zero zeros
  ]],

  methods = words[[
    abs acos add addbmm addcdiv addcmul addmm addmv addr apply asin atan atan2 baddbmm bernoulli
    bhistc bitand bitor bitxor bmm byte cat cauchy cbitand cbitor cbitxor cdata cdiv ceil cfmod
    char chunk cinv clamp clone clshift cmax cmin cmod cmul contiguous conv2 conv3 copy cos cosh
    cpow cremainder cross crshift csub cumprod cumsum data diag dim dist div dot double
    elementSize eq equal exp expand expandAs exponential eye fill float floor fmod frac free
    gather ge geometric ger gt half histc index indexAdd indexCopy indexFill int isContiguous
    isSameSizeAs isSetTo isSize isTensor kthvalue le lerp linspace log log1p logNormal logspace
    long lshift lt map map2 maskedCopy maskedFill maskedSelect match max mean median min mm mod
    mode mul multinomial multinomialAliasSetup_ multinomialAlias_ mv nDimension nElement narrow
    ne neg new nonzero norm normal numel ones permute pow prod rand randn random randperm range
    read real remainder renorm repeatTensor reshape resize resizeAs retain round rshift rsqrt
    scatter select set short sigmoid sign sin sinh size sort split sqrt squeeze std storage
    storageOffset stride sub sum t tan tanh topk torch totable trace transpose tril triu trunc
    type typeAs unfold uniform var view viewAs write xcorr2 xcorr3 zero zeros
  ]],

  classes = words[[
    Abs AbsCriterion Add AddConstant BCECriterion BatchNormalization Bilinear Bottle CAdd
    CAddTable CAddTensorTable CDivTable CMaxTable CMinTable CMul CMulTable CReLU CSubTable Clamp
    ClassNLLCriterion ClassSimplexCriterion Collapse Concat ConcatTable Constant Container
    Contiguous Convert Copy Cosine CosineDistance CosineEmbeddingCriterion Criterion
    CriterionTable CrossEntropyCriterion Decorator DepthConcat DistKLDivCriterion
    DistanceRatioCriterion DontCast DotProduct Dropout ELU Euclidean Exp FeatureLPPooling
    FlattenTable GPU GatedLinearUnit GradientReversal HardShrink HardTanh HingeEmbeddingCriterion
    Identity Index IndexLinear JoinTable Kmeans L1Cost L1HingeEmbeddingCriterion L1Penalty
    LayerNormalization LeakyReLU Linear LinearWeightNorm Log LogSigmoid LogSoftMax LookupTable MM
    MSECriterion MV MapTable MarginCriterion MarginRankingCriterion MaskedSelect Max Maxout Mean
    Min MixtureTable Module ModuleCriterion Mul MulConstant MultiCriterion
    MultiLabelMarginCriterion MultiLabelSoftMarginCriterion MultiMarginCriterion NaN Narrow
    NarrowTable Normalize OneHot PReLU Padding PairwiseDistance Parallel ParallelCriterion
    ParallelTable PartialLinear PixelShuffle Power PrintSize Profile RReLU ReLU ReLU6 Replicate
    Reshape Select SelectTable Sequential Sigmoid SmoothL1Criterion SoftMarginCriterion SoftMax
    SoftMin SoftPlus SoftShrink SoftSign SparseLinear SpatialAdaptiveAveragePooling
    SpatialAdaptiveMaxPooling SpatialAutoCropMSECriterion SpatialAveragePooling
    SpatialBatchNormalization SpatialClassNLLCriterion SpatialContrastiveNormalization
    SpatialConvolution SpatialConvolutionLocal SpatialConvolutionMM SpatialConvolutionMap
    SpatialCrossMapLRN SpatialDepthWiseConvolution SpatialDilatedConvolution
    SpatialDilatedMaxPooling SpatialDivisiveNormalization SpatialDropout
    SpatialFractionalMaxPooling SpatialFullConvolution SpatialFullConvolutionMap SpatialLPPooling
    SpatialLogSoftMax SpatialMaxPooling SpatialMaxUnpooling SpatialReflectionPadding
    SpatialReplicationPadding SpatialSoftMax SpatialSubSampling SpatialSubtractiveNormalization
    SpatialUpSamplingBilinear SpatialUpSamplingNearest SpatialZeroPadding SplitTable Sqrt Square
    Squeeze StochasticGradient Sum Tanh TanhShrink TemporalConvolution TemporalDynamicKMaxPooling
    TemporalMaxPooling TemporalRowConvolution TemporalSubSampling Threshold Transpose Unsqueeze
    UpSampling View VolumetricAveragePooling VolumetricBatchNormalization VolumetricConvolution
    VolumetricDilatedConvolution VolumetricDilatedMaxPooling VolumetricDropout
    VolumetricFractionalMaxPooling VolumetricFullConvolution VolumetricMaxPooling
    VolumetricMaxUnpooling VolumetricReplicationPadding WeightNorm WeightedEuclidean
    WeightedMSECriterion WhiteNoise ZeroGrad ZipTable ZipTableOneToMany
  ]],
}
