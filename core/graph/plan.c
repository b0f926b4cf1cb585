/* Collecting the graph behind some roots, without recursion. Nodes are numbered as they are
 * recorded, later ones higher, so that sorting by number is a topological order. */
#include "graph/plan.h"

#include <string.h>

/* ---- where a node stands ---- */

static size_t hash(const wick_node *node)
{
    uint64_t x = (uint64_t)(uintptr_t)node;
    return (size_t)((x >> 6) * UINT64_C(0x9E3779B97F4A7C15) >> 20);
}

static int64_t *bucket_of(const wick__plan *plan, const wick_node *node)
{
    size_t mask = (size_t)plan->buckets - 1;
    size_t at = hash(node) & mask;
    while (plan->bucket[at] >= 0 && plan->stop[plan->bucket[at]].node != node)
        at = (at + 1) & mask;
    return &plan->bucket[at];
}

wick__stop *wick__plan_find(const wick__plan *plan, const wick_node *node)
{
    int64_t at = node ? *bucket_of(plan, node) : -1;
    return at < 0 ? NULL : &plan->stop[at];
}

static void fill_buckets(wick__plan *plan)
{
    memset(plan->bucket, 0xFF, sizeof(int64_t) * (size_t)plan->buckets);
    for (int64_t i = 0; i < plan->stops; i++)
        *bucket_of(plan, plan->stop[i].node) = i;
}

static size_t stop_bytes(int64_t room)
{
    return sizeof(wick__stop) * (size_t)room;
}

static size_t bucket_bytes(int64_t buckets)
{
    return sizeof(int64_t) * (size_t)buckets;
}

static void free_lists(wick__plan *plan)
{
    if (plan->stop == plan->few_stops)
        return;
    wick__free(plan->context, plan->stop, stop_bytes(plan->room));
    wick__free(plan->context, plan->bucket, bucket_bytes(plan->buckets));
}

/* Room for twice as many stops. */
static wick_status grow(wick__plan *plan)
{
    wick__stop *stop;
    int64_t *bucket, room = 2 * plan->room, buckets = WICK__PLAN_BUCKETS * room;
    wick_status status = wick__alloc(plan->context, stop_bytes(room), (void **)&stop);
    if (status)
        return status;
    status = wick__alloc(plan->context, bucket_bytes(buckets), (void **)&bucket);
    if (status) {
        wick__free(plan->context, stop, stop_bytes(room));
        return status;
    }
    memcpy(stop, plan->stop, stop_bytes(plan->stops));
    free_lists(plan);
    plan->stop = stop;
    plan->room = room;
    plan->bucket = bucket;
    plan->buckets = buckets;
    fill_buckets(plan);
    return WICK_OK;
}

/* ---- collecting ---- */

static wick_status add_node(wick__plan *plan, wick_node *node)
{
    if (!node || wick__plan_find(plan, node))
        return WICK_OK;
    wick_status status = plan->stops == plan->room ? grow(plan) : WICK_OK;
    if (status)
        return status;
    *bucket_of(plan, node) = plan->stops;
    plan->stop[plan->stops++] = (wick__stop){.node = node};
    wick__node_retain(node);
    return WICK_OK;
}

/* The list of stops is the queue of a walk in breadth. */
static wick_status collect(wick__plan *plan)
{
    for (int64_t i = 0; i < plan->stops; i++) {
        const wick_node *node = plan->stop[i].node;
        for (int j = 0; j < node->inputs; j++) {
            wick_status status = add_node(plan, node->edge[j].node);
            if (status)
                return status;
        }
    }
    return WICK_OK;
}

static void sift_down(wick__stop *stop, int64_t at, int64_t n)
{
    wick__stop moving = stop[at];
    for (int64_t child = 2 * at + 1; child < n; child = 2 * at + 1) {
        if (child + 1 < n && stop[child + 1].node->order < stop[child].node->order)
            child++;
        if (moving.node->order <= stop[child].node->order)
            break;
        stop[at] = stop[child];
        at = child;
    }
    stop[at] = moving;
}

static bool in_order(const wick__plan *plan)
{
    for (int64_t i = 1; i < plan->stops; i++)
        if (plan->stop[i].node->order > plan->stop[i - 1].node->order)
            return false;
    return true;
}

/* Heap sort, highest number first. */
static void sort(wick__plan *plan)
{
    if (in_order(plan))
        return;
    for (int64_t i = plan->stops / 2 - 1; i >= 0; i--)
        sift_down(plan->stop, i, plan->stops);
    for (int64_t n = plan->stops - 1; n > 0; n--) {
        wick__stop lowest = plan->stop[0];
        plan->stop[0] = plan->stop[n];
        plan->stop[n] = lowest;
        sift_down(plan->stop, 0, n);
    }
    fill_buckets(plan);
}

static size_t grad_bytes(const wick__plan *plan)
{
    return sizeof(wick_tensor *) * (size_t)plan->grads;
}

static wick_status make_room_for_grads(wick__plan *plan)
{
    for (int64_t i = 0; i < plan->stops; i++) {
        plan->stop[i].first = plan->grads;
        plan->grads += plan->stop[i].node->outputs;
    }
    if (plan->grads > WICK__PLAN_FEW)
        return wick__alloc_zeroed(plan->context, grad_bytes(plan), (void **)&plan->grad);
    memset(plan->few_grads, 0, sizeof plan->few_grads);
    plan->grad = plan->few_grads;
    return WICK_OK;
}

wick_status wick__plan_open(wick__plan *plan, wick_context *context, int roots,
                            wick_tensor *const *root)
{
    wick_status status = WICK_OK;
    plan->context = context;
    plan->stops = plan->grads = 0;
    plan->room = WICK__PLAN_FEW;
    plan->buckets = WICK__PLAN_FEW * WICK__PLAN_BUCKETS;
    plan->stop = plan->few_stops;
    plan->bucket = plan->few_buckets;
    plan->grad = NULL;
    fill_buckets(plan);
    for (int i = 0; i < roots && !status; i++)
        status = add_node(plan, root[i]->node);
    if (!status)
        status = collect(plan);
    if (status)
        return status;
    sort(plan);
    return make_room_for_grads(plan);
}

void wick__plan_close(wick__plan *plan)
{
    for (int64_t i = 0; i < plan->stops; i++)
        wick__node_release(plan->stop[i].node);
    for (int64_t i = 0; plan->grad && i < plan->grads; i++)
        wick_tensor_release(plan->grad[i]);
    free_lists(plan);
    if (plan->grad != plan->few_grads)
        wick__free(plan->context, plan->grad, grad_bytes(plan));
}
