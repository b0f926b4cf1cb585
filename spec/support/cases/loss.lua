--- Cases of core/op/loss.c.
return {}
