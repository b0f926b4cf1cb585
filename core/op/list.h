/* All operations by name; what ops.def says becomes declarations here. */
#ifndef WICK_OP_LIST_H
#define WICK_OP_LIST_H

#include "graph/rule.h"

#define WICK_OP(name) extern const wick_op wick_op_##name;
#include "op/ops.def"
#undef WICK_OP

#endif
