/* What the tape remembers: a node an operation carried out on something that asks for gradients. */
#ifndef WICK_GRAPH_NODE_H
#define WICK_GRAPH_NODE_H

#include "graph/descriptor.h"
#include "tensor/tensor.h"

typedef struct wick__edge {
    struct wick_node *node; /* NULL: this input asks for no gradient */
    int output;
} wick__edge;

/* A value kept for backward, and the version it had. */
typedef struct wick__saved {
    wick_tensor *tensor;
    uint64_t version;
} wick__saved;

/* What an input looked like; gradients are brought back to it. */
typedef struct wick__geometry {
    wick_dtype dtype;
    int ndim;
    const int64_t *size; /* inside the node */
} wick__geometry;

typedef struct wick__hook {
    struct wick__hook *next;
    int output;     /* of the node */
    uint64_t order; /* of adding */
    wick_hook hook;
} wick__hook;

typedef struct wick_node {
    wick__history history; /* first: the tensor layer releases nodes through it */
    wick_context *context;
    const wick_op *op; /* NULL: a leaf, or `custom` */
    wick_function *custom;
    uint64_t order; /* of recording; gradients flow from high to low */
    uint64_t link;  /* a number for the bindings: where its Lua closures are; 0: none */
    size_t bytes;   /* of this block */
    bool freed;     /* backward has been here and kept nothing */
    int running;    /* calls of its host function under way, which need what it holds */
    bool parameter; /* a leaf of a network: plain writes to it need no noGrad */
    bool apart;     /* of a view: its value was copied elsewhere and shares no memory any more */
    int inputs, outputs, saves;
    wick__edge *edge;
    wick__geometry *geometry;
    wick__saved *saved; /* in the order of the descriptor's bits: inputs, list, outputs, kept */
    wick_value *value;  /* the call's other arguments */
    wick__hook *hooks;
    wick_tensor *grad;      /* of a leaf */
    struct wick_node *next; /* in the list of a release under way */
} wick_node;

/* A node for a tensor that nothing made: gradients end here. */
wick_status wick__node_leaf(wick_context *context, wick_node **node);
/* A node for a call about to be carried out; saves nothing yet. */
wick_status wick__node_new(const wick_op *op, const wick_call *call, wick_context *context,
                           wick_node **node);
/* Before the forward pass, which may write over the inputs: keeps what backward needs of them, and
 * reserves what wick__node_bind takes. */
wick_status wick__node_save_inputs(wick_node *node, const wick_call *call);
/* After it: keeps what backward needs of the results, and makes them the node's. Fails only for
 * results of another context, so that nothing is written in place and then refused. */
wick_status wick__node_bind(wick_node *node, wick_tensor *const *out);
void wick__node_retain(wick_node *node);
/* Never recurses, however long the graph. */
void wick__node_release(wick_node *node);
/* Drops what backward needs: saved values, edges, closures. Not while its host function runs. */
void wick__node_free_payload(wick_node *node);

/* Where the saved value of an input (-1: it is not saved) or of an output or kept result stands. */
int wick__saved_slot_input(const wick_node *node, int input);
int wick__saved_slot_output(const wick_node *node, int output);

/* Whether recording is on and one of the tensors asks for gradients. */
bool wick__records(const wick_context *context, int n, wick_tensor *const *t);
/* Refuses a recorded value whose memory was written behind the tape's back. */
wick_status wick__check_recorded(const char *what, const wick_tensor *t);
/* The failure for a saved value that was written since. */
wick_status wick__saved_changed(const wick_node *node, const wick__saved *saved);
/* Nothing made it: it has no history, or a node of its own that only collects its gradient. */
bool wick__is_leaf(const wick_tensor *t);
/* The leaf whose memory this tensor is or views, through any number of views; NULL: none. */
const wick_node *wick__viewed_leaf(const wick_tensor *t);
const char *wick__node_name(const wick_node *node);

/* Names the first NaN or infinity of a floating result. */
wick_status wick__check_finite(const char *what, wick_tensor *t);

#endif
