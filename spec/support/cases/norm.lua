--- Cases of core/op/norm.c.
return {}
