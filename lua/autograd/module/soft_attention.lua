-- Deterministic soft attention (Xu et al. 2015).
local layer_normalization = require "autograd.module.layer_normalization"
local read_options = require "autograd.model.options"
local torch = require "torch"

local defaults = {
  hiddenFeatures = 10, subjectFeatures = 15, subjectChoices = 20, layerNormalization = false,
}

local function make_params(options)
  local p = {
    W_att_subject = torch.zeros(1, 1, options.subjectFeatures),
    W_att_h = torch.zeros(options.hiddenFeatures, options.subjectChoices),
    b_att = torch.zeros(1, options.subjectChoices),
  }
  if not options.layerNormalization then return p end
  local normalize, list = layer_normalization{ nOutputs = options.subjectChoices }
  p.focus_ln_gain, p.focus_ln_bias, p.b_att = list[1].gain, list[1].bias, nil
  return p, normalize
end

-- The probability of each choice, batch x choices.
local function focus_on(p, normalize, subject, hidden)
  local batch, choices = subject:size(1), subject:size(3)
  local weight = torch.expand(p.W_att_subject, batch, 1, subject:size(2))
  local logits = torch.view(torch.bmm(weight, subject), batch, choices) + hidden * p.W_att_h
  if normalize then
    logits = normalize({ gain = p.focus_ln_gain, bias = p.focus_ln_bias }, logits)
  else
    logits = logits + torch.expand(p.b_att, batch, choices)
  end
  return torch.softMax(logits)
end

--- SoftAttention{ hiddenFeatures = 10, subjectFeatures = 15, subjectChoices = 20,
-- layerNormalization = false }: a function of (parameters, subject, hidden) for a subject of
-- ([batch x] features x choices) and a hidden state of ([batch x] hidden). Returns the expected
-- features ([batch x] features) and the probabilities of the choices ([batch x] choices).
return function(options, params)
  options, params = read_options("module.SoftAttention", options, defaults), params or {}
  local own_params, normalize = make_params(options)
  table.insert(params, own_params)
  return function(given, subject, hidden)
    local p, single = given[1] or given, subject:dim() == 2
    if single then
      subject = torch.view(subject, 1, subject:size(1), subject:size(2))
      hidden = torch.view(hidden, 1, hidden:size(1))
    end
    local batch, features, choices = subject:size(1), subject:size(2), subject:size(3)
    local focus = focus_on(p, normalize, subject, hidden)
    local spread = torch.expand(torch.view(focus, batch, 1, choices), subject:size())
    local attention = torch.view(torch.sum(torch.cmul(subject, spread), 3), batch, features)
    if not single then return attention, focus end
    return torch.view(attention, features), torch.view(focus, choices)
  end, params
end
