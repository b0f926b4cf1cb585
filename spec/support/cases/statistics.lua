--- Cases of core/op/statistics.c.
return {}
