/* wick.h: the public face of the core, in the order of a tour: status, context, types, tensors,
 * operations, gradients, files. Plain C, opaque types, no Lua. Every function that can fail returns
 * a wick_status; wick_message() then holds one complete sentence in the calling thread.
 *
 * Ownership is in the names: `new` and `retain` give a reference, `release` takes one back (NULL is
 * fine), `get` and `data` lend, out parameters give. */
#ifndef WICK_H
#define WICK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The version of this header and of everything that is built with it; stated here alone. */
#define WICK_VERSION_MAJOR 0
#define WICK_VERSION_MINOR 1
#define WICK_VERSION_PATCH 0

#ifdef __cplusplus
extern "C" {
#endif

/* ---- status ---------------------------------------------------------------------------------- */

typedef enum wick_status {
    WICK_OK = 0,
    WICK_ENOMEM,     /* the allocator or the context's limit said no */
    WICK_ESHAPE,     /* shapes do not fit */
    WICK_EDTYPE,     /* element types do not fit */
    WICK_EVALUE,     /* an argument's value is out of its range */
    WICK_EGRAD,      /* a gradient was asked for that cannot be had */
    WICK_EIO,        /* the system refused a file operation */
    WICK_EFORMAT,    /* a file does not hold what it promises */
    WICK_EINTERRUPT, /* wick_context_interrupt was called */
    WICK_ECALLBACK   /* a host's callback reported failure */
} wick_status;

/* The message of the last failure in this thread; never NULL, valid until the next failure. */
const char *wick_message(void);

/* The version of the library that is running, "major.minor.patch"; the header's are the three
 * WICK_VERSION macros. */
const char *wick_version(void);

/* One line on how this build computes: BLAS flavour, instruction set in use, threads. */
const char *wick_build_info(void);

/* ---- context --------------------------------------------------------------------------------- */

/* Holds what must not be global: allocator and limit, generator, gradient mode, interrupt flag.
 * Counted by its storages; used by one thread at a time; releasing from any thread is safe. */
typedef struct wick_context wick_context;
struct wick_tensor;

/* Host hooks: allocate returns at least `bytes` bytes aligned to 64, or NULL; release gets the same
 * size back. Both are called under the context's lock. */
typedef struct wick_allocator {
    void *(*allocate)(void *host, size_t bytes);
    void (*release)(void *host, void *memory, size_t bytes);
    void *host;
} wick_allocator;

typedef struct wick_memory {
    size_t live;       /* bytes in use */
    size_t peak;       /* the most bytes in use at once since the last wick_context_reset_peak */
    size_t cached;     /* freed bytes kept for reuse */
    size_t limit;      /* the most bytes that may be in use; 0: no limit */
    uint64_t total;    /* bytes allocated since the context was made */
    uint64_t storages; /* live storages */
    uint64_t nodes;    /* live graph nodes */
} wick_memory;

/* allocator NULL: the C library's. Fails with WICK_ENOMEM. */
wick_status wick_context_new(const wick_allocator *allocator, wick_context **context);
void wick_context_retain(wick_context *context);
void wick_context_release(wick_context *context);

/* What the context has in use. */
wick_memory wick_context_memory(wick_context *context);
/* Bytes allocated since the context was made: the memory's `total`, without a lock. */
uint64_t wick_context_allocated(const wick_context *context);
void wick_context_reset_peak(wick_context *context);
/* No more than `bytes` in use from now on; an allocation above fails with WICK_ENOMEM. 0: none. */
void wick_context_set_limit(wick_context *context, size_t bytes);
/* Gives every cached block back to the system. */
void wick_context_trim(wick_context *context);
/* For tests: the n-th allocation from now fails, and all later ones until 0 is set. */
void wick_context_fail_after(wick_context *context, uint64_t n);
/* The same for the n-th allocation alone. */
void wick_context_fail_at(wick_context *context, uint64_t n);

/* Safe in a signal handler and from any thread: the next operation fails with WICK_EINTERRUPT. */
void wick_context_interrupt(wick_context *context);
/* Forgets an interrupt that no operation has seen yet; returns whether there was one. */
bool wick_context_clear_interrupt(wick_context *context);

/* Whether operations record gradients; returns what it was. On by default. */
bool wick_context_set_recording(wick_context *context, bool on);
bool wick_context_recording(const wick_context *context);

/* Whether every result is checked for NaN and infinity; the operation that made the first one
 * fails and is named. Off by default, costs a pass over every result. */
void wick_context_set_check_finite(wick_context *context, bool on);

/* Called after every operation's forward pass with its name, when it began and ended (seconds of a
 * steady clock) and its first result (NULL when it failed). NULL switches tracing off. */
typedef void wick_trace(void *host, const char *operation, double begin, double end,
                        const struct wick_tensor *result);
void wick_context_set_trace(wick_context *context, wick_trace *trace, void *host);

/* Torch7's reading where two are possible: tensors of equal element counts but different shapes are
 * combined element by element instead of broadcast. Off by default: such a call is refused. */
void wick_context_set_equal_counts(wick_context *context, bool on);

/* Most threads an operation may use, 1 to wick_cores(). Results do not depend on it. */
void wick_context_set_threads(wick_context *context, int threads);
int wick_context_threads(const wick_context *context);
int wick_cores(void);

/* ---- random numbers -------------------------------------------------------------------------- */

/* MT19937 with Torch7's rules: the same seed gives Torch7's numbers. */
void wick_seed(wick_context *context, uint64_t seed);
uint64_t wick_initial_seed(const wick_context *context);
/* A seed from the system's entropy; seeds with it and returns it. */
uint64_t wick_seed_from_system(wick_context *context);
uint32_t wick_random(wick_context *context);                         /* 0 .. 2^32-1 */
double wick_uniform(wick_context *context, double low, double high); /* [low, high) */
double wick_normal(wick_context *context, double mean, double deviation);
/* The generator's whole state, WICK_GENERATOR_BYTES bytes; setting refuses what is not one. */
enum { WICK_GENERATOR_BYTES = 5048 };
void wick_generator_get(const wick_context *context, void *state);
wick_status wick_generator_set(wick_context *context, const void *state);

/* ---- element types --------------------------------------------------------------------------- */

typedef enum wick_dtype {
    WICK_UINT8 = 0,
    WICK_INT8,
    WICK_INT16,
    WICK_INT32,
    WICK_INT64,
    WICK_FLOAT16, /* storage and conversion only */
    WICK_FLOAT32,
    WICK_FLOAT64
} wick_dtype;
enum { WICK_DTYPES = 8 };

const char *wick_dtype_name(wick_dtype dtype); /* "uint8" ... "float64" */
size_t wick_dtype_size(wick_dtype dtype);      /* bytes an element */
bool wick_dtype_is_floating(wick_dtype dtype); /* float16, float32, float64 */

/* ---- storages -------------------------------------------------------------------------------- */

/* A counted, typed run of elements; several tensors may look at one. */
typedef struct wick_storage wick_storage;

/* Elements of memory, uninitialised. Fails with WICK_ENOMEM, and WICK_EVALUE below 0. */
wick_status wick_storage_new(wick_context *context, wick_dtype dtype, int64_t size,
                             wick_storage **storage);
/* Borrows a host's memory without copying; `release(owner)` is called once when nobody looks any
 * more (release may be NULL). A read-only storage refuses writes. */
wick_status wick_storage_borrow(wick_context *context, wick_dtype dtype, int64_t size, void *data,
                                bool read_only, void (*release)(void *owner), void *owner,
                                wick_storage **storage);
/* The owner of memory borrowed with this `release`; NULL: the storage's memory is not of that kind.
 */
void *wick_storage_owner(const wick_storage *storage, void (*release)(void *owner));
void wick_storage_retain(wick_storage *storage);
void wick_storage_release(wick_storage *storage);
int64_t wick_storage_size(const wick_storage *storage);
wick_dtype wick_storage_dtype(const wick_storage *storage);
/* Lends the memory of the first element. */
wick_status wick_storage_data(wick_storage *storage, void **data);
/* Counts a write by the host to the whole storage. */
void wick_storage_touch(wick_storage *storage);
bool wick_storage_is_read_only(const wick_storage *storage);
/* A storage of `size` elements of another from element `offset` on, in the same memory: writes to
 * either show in both, but count for the one they went through. Neither can change its size while
 * the view lives. */
wick_status wick_storage_view(wick_storage *storage, int64_t offset, int64_t size,
                              wick_storage **view);
/* Changes the size, keeping the elements both sizes have; refused for borrowed memory and for
 * storages that have views. */
wick_status wick_storage_resize(wick_storage *storage, int64_t size);

/* ---- tensors --------------------------------------------------------------------------------- */

enum { WICK_MAX_DIM = 12 };

/* A strided view of a storage. No dimension at all means no element (Torch7's empty tensor); a
 * dimension may be 0. Dimensions and indices count from 0 in C. */
typedef struct wick_tensor wick_tensor;

/* Uninitialised, row-major. */
wick_status wick_tensor_new(wick_context *context, wick_dtype dtype, int ndim, const int64_t *size,
                            wick_tensor **tensor);
/* A copy of `data`, row-major. */
wick_status wick_tensor_from(wick_context *context, wick_dtype dtype, int ndim, const int64_t *size,
                             const void *data, wick_tensor **tensor);
/* A view of `storage` from element `offset`; stride NULL: row-major. It may not reach outside. */
wick_status wick_tensor_on(wick_storage *storage, int64_t offset, int ndim, const int64_t *size,
                           const int64_t *stride, wick_tensor **tensor);
void wick_tensor_retain(wick_tensor *tensor);
void wick_tensor_release(wick_tensor *tensor);

/* Strides and the offset count elements of the storage; the context is lent. */
wick_context *wick_tensor_context(const wick_tensor *tensor);
wick_dtype wick_tensor_dtype(const wick_tensor *tensor);
int wick_tensor_ndim(const wick_tensor *tensor);
int64_t wick_tensor_size(const wick_tensor *tensor, int dim);
int64_t wick_tensor_stride(const wick_tensor *tensor, int dim);
int64_t wick_tensor_offset(const wick_tensor *tensor);
int64_t wick_tensor_count(const wick_tensor *tensor);         /* elements */
wick_storage *wick_tensor_storage(const wick_tensor *tensor); /* lent */
bool wick_tensor_is_contiguous(const wick_tensor *tensor);
/* "2 x 3", "no dimension": for messages; returns `text`. */
char *wick_tensor_shape_text(const wick_tensor *tensor, char *text, size_t bytes);

/* Lends the memory of the first element. Writing through it goes unseen by the tape: call
 * wick_tensor_touch before or after writing. */
wick_status wick_tensor_data(wick_tensor *tensor, void **data);
wick_status wick_tensor_touch(wick_tensor *tensor);
/* The same for looking at it before the next call, which costs later operations nothing. */
wick_status wick_tensor_read(wick_tensor *tensor, const void **data);

/* One element, converted; `index` has one entry a dimension. */
wick_status wick_tensor_get(wick_tensor *tensor, const int64_t *index, double *value);
wick_status wick_tensor_set_element(wick_tensor *tensor, const int64_t *index, double value);
wick_status wick_tensor_item(wick_tensor *tensor, double *value); /* the only one */

/* Element by element in row-major order; any types, equal element counts. Unrecorded. */
wick_status wick_tensor_copy(wick_tensor *to, wick_tensor *from);
/* Makes `tensor` look where `at` looks. */
wick_status wick_tensor_set(wick_tensor *tensor, wick_tensor *at);
/* Torch7's resize: keeps flat content, grows the storage when needed, never shrinks it. */
wick_status wick_tensor_resize(wick_tensor *tensor, int ndim, const int64_t *size);

/* ---- operations ------------------------------------------------------------------------------ */

/* The list of operations is core/op/ops.def; each is described by one wick_op. */
typedef struct wick_op wick_op;

/* A list of integers as an argument: sizes, dimensions, strides. */
typedef struct wick_sizes {
    int count;
    int64_t v[WICK_MAX_DIM];
} wick_sizes;

/* The value of an argument that is not a tensor; choices are integers counted from 0. */
typedef union wick_value {
    double number;
    int64_t integer;
    const wick_sizes *sizes;
} wick_value;

enum { WICK_MAX_ARGS = 16, WICK_MAX_OUTPUTS = 5 };

/* A call of an operation. `in` holds the tensor arguments in the order of the descriptor (NULL for
 * an optional one left out; a list of tensors comes last and fills the rest), `value` the others,
 * in their order. `context` may be NULL when a tensor is given. */
typedef struct wick_call {
    wick_context *context;
    int inputs;
    wick_tensor *const *in;
    wick_value value[WICK_MAX_ARGS];
} wick_call;

const wick_op *wick_op_find(const char *name); /* by its word; NULL: none */
const wick_op *wick_op_at(size_t index);       /* NULL past the last */
const char *wick_op_word(size_t index);        /* what wick_op_find finds it by */
const char *wick_op_name(const wick_op *op);   /* in Lua; several operations may share one */

/* Carries `op` out and records it when recording is on and an input asks for gradients. `out` has
 * one slot an output: NULL on entry, a reference on success, still NULL on failure. */
wick_status wick_apply(const wick_op *op, const wick_call *call, wick_tensor **out);
/* The same, written into `destination`: Torch7's destination-first and in-place forms. The
 * destination takes the result's shape, keeps its type, and joins the tape in its place. */
wick_status wick_apply_into(const wick_op *op, const wick_call *call, wick_tensor **destination);

/* ---- gradients ------------------------------------------------------------------------------- */

/* Asks that operations on this leaf record; floating types only. */
wick_status wick_tensor_set_requires_grad(wick_tensor *tensor, bool on);
bool wick_tensor_requires_grad(const wick_tensor *tensor);
bool wick_tensor_is_leaf(const wick_tensor *tensor);
/* The accumulated gradient, lent, or NULL; setting NULL drops it. */
wick_tensor *wick_tensor_grad(const wick_tensor *tensor);
wick_status wick_tensor_set_grad(wick_tensor *tensor, wick_tensor *grad);
/* Marks a leaf as a network's parameter: writes of unrecorded values to it (initialising, an
 * optimiser's step) are allowed while recording is on. */
wick_status wick_tensor_set_parameter(wick_tensor *tensor);
/* The same memory without its history. */
wick_status wick_tensor_detach(wick_tensor *tensor, wick_tensor **detached);

typedef struct wick_backward_options {
    bool retain; /* keep the graph for another backward */
    bool record; /* record the backward pass itself, for second derivatives */
} wick_backward_options;

/* Gradients of `root` (one element, or weighted by `seed` of its shape) are added to every leaf's
 * gradient. The graph is freed on the way unless retained. A pass that fails adds to no leaf; with
 * `retain` it may be tried again, without it the values have to be computed again first. */
wick_status wick_backward(wick_tensor *root, wick_tensor *seed, wick_backward_options options);
/* The same for several roots at once; seeds may be NULL. */
wick_status wick_backward_all(int roots, wick_tensor *const *root, wick_tensor *const *seeds,
                              wick_backward_options options);
/* Gradients of the roots with respect to `inputs`, returned in `grads` (a reference each, NULL
 * where the roots do not depend on the input) instead of added to leaves. seeds may be NULL. */
wick_status wick_grad(int roots, wick_tensor *const *root, wick_tensor *const *seeds, int inputs,
                      wick_tensor *const *input, wick_backward_options options,
                      wick_tensor **grads);

/* An input of a recorded operation: the number of the node that made it (0: it has no history),
 * which of its outputs it is, from 0, and its sizes. */
typedef struct wick_graph_input {
    int64_t node;
    int output, ndim;
    const int64_t *size;
} wick_graph_input;
/* Shown a node of the graph, numbered from 1: an operation, a host's function, or "a leaf". */
typedef void wick_visit(void *host, int64_t node, const char *operation, int inputs,
                        const wick_graph_input *input);
/* Calls visit for every node behind a tensor, what was recorded first first; for none when it is
 * not recorded. What visit is lent ends with it, and it must not compute. */
wick_status wick_graph_visit(wick_tensor *root, wick_visit *visit, void *host);

/* A host's own function on the tape. `backward` gets one gradient an output (NULL: none arrived)
 * and gives a reference for every input that is wanted (NULL: zero). */
typedef struct wick_function {
    const char *name;
    wick_status (*backward)(void *data, wick_tensor *const *grad, const bool *wanted,
                            wick_tensor **input_grad);
    void (*release)(void *data); /* may be NULL */
    void *data;
} wick_function;

/* Records that `out` was computed from `in` by a host's function. Owns `data` once it succeeds. */
wick_status wick_record(const wick_function *function, int inputs, wick_tensor *const *in,
                        int outputs, wick_tensor *const *out);

/* Called with a tensor's gradient when backward has it; may give another in its place. */
typedef struct wick_hook {
    wick_status (*call)(void *data, wick_tensor *grad, wick_tensor **replacement);
    void (*release)(void *data); /* may be NULL */
    void *data;
    uint64_t number; /* to remove it by */
} wick_hook;

/* Copies the hook, and owns its `data` once it succeeds; WICK_EGRAD: t has no history. */
wick_status wick_tensor_add_hook(wick_tensor *tensor, const wick_hook *hook);
void wick_tensor_remove_hook(wick_tensor *tensor, uint64_t number);

/* A number that bindings may leave with a recorded tensor's history, to find what belongs to it. */
uint64_t wick_tensor_link(const wick_tensor *tensor);
void wick_tensor_set_link(wick_tensor *tensor, uint64_t link);

/* How often the memory that the tensor lies in was written; any write makes it larger. */
uint64_t wick_tensor_version(const wick_tensor *tensor);
/* A number of its memory, which no other memory of the context ever has; 0 without any. */
uint64_t wick_tensor_number(const wick_tensor *tensor);
/* Takes a recorded tensor's memory as it is now: backward may begin at the tensor although it was
 * written behind the tape's back. Gradients stay those of the value that was recorded; operations
 * that saved that value still refuse. */
void wick_tensor_accept_writes(wick_tensor *tensor);
/* Lets a tensor's storage count writes apart for each of `n` ascending, disjoint byte ranges, so
 * that parameters laid out in one storage do not invalidate each other's saved values. */
wick_status wick_storage_divide(wick_storage *storage, int n, const int64_t *begin,
                                const int64_t *end);

/* ---- optimisers ------------------------------------------------------------------------------ */

/* Stochastic gradient descent with momentum (Polyak, 1964; Nesterov, 1983):
 *   d = gradient + decay x;  velocity = momentum velocity + (1 - dampening) d;
 *   x -= rate * velocity, or with nesterov rate * (d + momentum velocity) */
typedef struct wick_sgd {
    double rate, momentum, dampening, decay;
    bool nesterov;
} wick_sgd;

/* Adam (Kingma and Ba, 2015), with the correction of the averages' start left to the rate:
 *   d = gradient + decay x;  mean = beta1 mean + (1 - beta1) d;
 *   square = beta2 square + (1 - beta2) d d;  x -= rate * mean / (sqrt(square) + epsilon) */
typedef struct wick_adam {
    double rate, beta1, beta2, epsilon, decay;
} wick_adam;

/* One step in one pass over memory. All tensors are row-major, float32 or float64 alike, of one
 * count, and x overlaps none of the others. The tape sees nothing of it. */
wick_status wick_sgd_step(wick_tensor *x, wick_tensor *gradient, wick_tensor *velocity,
                          const wick_sgd *options);
wick_status wick_adam_step(wick_tensor *x, wick_tensor *gradient, wick_tensor *mean,
                           wick_tensor *square, const wick_adam *options);

/* ---- files ----------------------------------------------------------------------------------- */

/* Readers take untrusted files: every count is checked against the bytes that are there before
 * memory is asked for. What the system refuses is WICK_EIO, what a file gets wrong WICK_EFORMAT;
 * both name the file. Writers are durable: a file is written beside its target, synced and put in
 * its place in one step, so the target is at any instant the old file or the new one, whole; when
 * they return, it outlives a power failure. Symbolic links are followed, modes are kept. */

wick_status wick_file_write(wick_context *context, const char *path, const void *data,
                            size_t bytes);
/* The same in pieces: a new file beside the target takes its place at the commit. Remains of
 * writers that were killed are removed by the next one for the same file. */
typedef struct wick_writer wick_writer;
/* Fails with WICK_EIO when the folder or the target cannot be written, WICK_ENOMEM. */
wick_status wick_writer_new(wick_context *context, const char *path, wick_writer **writer);
wick_status wick_writer_put(wick_writer *writer, const void *data, size_t bytes);
wick_status wick_writer_commit(wick_writer *writer);
/* Frees the writer; what was not committed is removed. NULL is fine. */
void wick_writer_release(wick_writer *writer);

/* The bytes of a regular file as a uint8 tensor of one dimension. */
wick_status wick_file_read(wick_context *context, const char *path, wick_tensor **bytes);

/* An open safetensors file: named tensors and pairs of text. Indices count from 0, in the order of
 * the header. Used by one thread at a time, like its context. */
typedef struct wick_safetensors wick_safetensors;

typedef struct wick_pair {
    const char *key, *value;
} wick_pair;

/* Reads the header; tensors are read from the file when they are asked for. */
wick_status wick_safetensors_open(wick_context *context, const char *path, wick_safetensors **file);
/* The same, mapped into memory: tensors are read-only views of the file, which stays mapped while
 * one of them lives. Only for files that nobody cuts short in place meanwhile: that would end the
 * process with SIGBUS. (Replacing the file, as Wick's writers do, is fine.) */
wick_status wick_safetensors_map(wick_context *context, const char *path, wick_safetensors **file);
/* The same from memory, which must stay until the file is closed; `name` is for messages. */
wick_status wick_safetensors_read(wick_context *context, const char *name, const void *data,
                                  size_t bytes, wick_safetensors **file);
/* Tensors that were got stay valid. NULL is fine. */
void wick_safetensors_close(wick_safetensors *file);

size_t wick_safetensors_count(const wick_safetensors *file);                   /* tensors */
const char *wick_safetensors_name(const wick_safetensors *file, size_t index); /* lent; or NULL */
/* Whether there is a tensor of that name, and its index. */
bool wick_safetensors_find(const wick_safetensors *file, const char *name, size_t *index);
/* What a tensor would be, without reading it. The format's BOOL is uint8, its empty shape one
 * element. Types that Wick has not (BF16 and others) fail with WICK_EDTYPE, here and in get. */
wick_status wick_safetensors_shape(const wick_safetensors *file, size_t index, wick_dtype *dtype,
                                   wick_sizes *size);
wick_status wick_safetensors_get(wick_safetensors *file, size_t index, wick_tensor **tensor);
/* The metadata: pairs counted from 0, {NULL, NULL} past the last; or by name, NULL when missing. */
wick_pair wick_safetensors_pair(const wick_safetensors *file, size_t index);
const char *wick_safetensors_metadata(const wick_safetensors *file, const char *key);

/* Writes `count` tensors in the order given, and `pairs` pairs of metadata. Names are UTF-8, unique
 * and at most 4096 bytes. A tensor without dimensions is written with shape [0]. */
wick_status wick_safetensors_save(wick_context *context, const char *path, size_t count,
                                  const char *const *name, wick_tensor *const *tensor, size_t pairs,
                                  const wick_pair *pair);

/* An IDX file (MNIST's format), plain or gzip by its content, as a tensor of uint8, int8, int16,
 * int32, float32 or float64. `limit` is the most bytes that a compressed file may unpack to; 0: the
 * larger of 64 MiB and four times the file. */
wick_status wick_idx_load(wick_context *context, const char *path, size_t limit,
                          wick_tensor **tensor);
wick_status wick_idx_read(wick_context *context, const char *name, const void *data, size_t bytes,
                          size_t limit, wick_tensor **tensor);

/* A binary CIFAR-10 batch: images N x 3 x 32 x 32 (uint8) and labels N, 1 to 10 (int64). */
wick_status wick_cifar_load(wick_context *context, const char *path, wick_tensor **images,
                            wick_tensor **labels);
wick_status wick_cifar_read(wick_context *context, const char *name, const void *data, size_t bytes,
                            wick_tensor **images, wick_tensor **labels);
/* A binary CIFAR-100 file: the same with labels from 1 to 20 and from 1 to 100. */
wick_status wick_cifar100_load(wick_context *context, const char *path, wick_tensor **images,
                               wick_tensor **coarse, wick_tensor **fine);

/* ---- trained networks ------------------------------------------------------------------------ */

/* A network that a script saved with model:export(path, sizes): its operations and weights, no
 * code. Used by one thread at a time, like its context. */
typedef struct wick_model wick_model;

/* Files are not trusted. Fails with WICK_EIO, WICK_EFORMAT, WICK_ENOMEM. */
wick_status wick_model_load(wick_context *context, const char *path, wick_model **model);
/* A network from its program, as docs/embedding.md describes it, that answers with that result to
 * inputs of the shape and type of `input`, without a plan. Its weights, $0 and so on in the
 * program, are these tensors, of which it keeps references: what is written there later counts.
 * Fails with WICK_EFORMAT, WICK_EVALUE, WICK_ENOMEM. */
wick_status wick_model_new(wick_context *context, const char *program, int output,
                           const wick_tensor *input, int weights, wick_tensor *const *weight,
                           wick_model **model);
void wick_model_release(wick_model *model); /* NULL is fine */
/* The shape of one sample, lent. */
const wick_sizes *wick_model_sample(const wick_model *model);
/* Prepares runs on `samples` samples; *bytes (NULL is fine) is what they need beside the weights,
 * which the context holds from now on: it gives no freed block back until wick_context_trim, and
 * runs ask its allocator for nothing. */
wick_status wick_model_plan(wick_model *model, int64_t samples, size_t *bytes);
/* Whether runs answer inputs of this shape and type. */
bool wick_model_fits(const wick_model *model, const wick_tensor *input);
/* The network's answer to samples x sample's shape (float32), a reference. No memory is asked for
 * while no more than one earlier answer is held. */
wick_status wick_model_run(wick_model *model, wick_tensor *input, wick_tensor **output);

/* ---- images ---------------------------------------------------------------------------------- */

/* Images are planes, channels x height x width: grey, grey and alpha, RGB, or RGB and alpha. uint8
 * samples go from 0 to 255, floating ones from 0 to 1. */
typedef struct wick_image_size {
    int64_t channels, height, width;
    int bits; /* a sample, as the file has them */
} wick_image_size;

/* The formats, told by what a file begins with. */
typedef enum wick_image_format {
    WICK_NO_IMAGE = 0,
    WICK_PNG,
    WICK_JPEG,
    WICK_PNM /* PPM, PGM and PBM, as text or binary */
} wick_image_format;
wick_image_format wick_image_format_of(const void *data, size_t bytes);
/* What the file in memory would give, without unpacking it; `name` is for messages. */
wick_status wick_image_size_of(const char *name, const void *data, size_t bytes,
                               wick_image_size *size);
/* The image as `dtype`, uint8 or floating. `limit` is the most bytes that reading may take; 0: the
 * larger of 256 MiB and 256 times the file. */
wick_status wick_image_decode(wick_context *context, const char *name, const void *data,
                              size_t bytes, wick_dtype dtype, size_t limit, wick_tensor **image);

/* A PNG file's bytes (uint8, one dimension) of a uint8 or floating image; height x width alone is
 * grey. `bits` a sample is 8 or, from a floating image, 16. Samples are clamped; 8 bits are cut off
 * after scaling, as Torch7's are. wick_file_write makes a file of them. */
wick_status wick_png_encode(wick_tensor *image, int bits, wick_tensor **bytes);
/* What the PNG file in memory would give, without unpacking it; `name` is for messages. */
wick_status wick_png_size(const char *name, const void *data, size_t bytes, wick_image_size *size);
/* The image as `dtype`, uint8 or floating. Palettes become RGB; transparent colours are not looked
 * at, alpha channels are. `limit` as wick_image_decode's. */
wick_status wick_png_decode(wick_context *context, const char *name, const void *data, size_t bytes,
                            wick_dtype dtype, size_t limit, wick_tensor **image);

/* A JPEG file's bytes of a grey or RGB image; `quality` from 1 to 100. */
wick_status wick_jpeg_encode(wick_tensor *image, int quality, wick_tensor **bytes);

/* How a JPEG file is read; all zeros is usual. */
typedef struct wick_jpeg_options {
    size_t limit;                      /* as wick_image_decode's */
    int64_t least_height, least_width; /* the image may be smaller by eighths, but not than this */
    bool as_stored;                    /* not turned as the file says the camera was held */
    bool damaged;                      /* what can be read of a damaged file will do */
} wick_jpeg_options;

/* Four inks become RGB. The first is without unpacking; NULL for options: the usual ones. */
wick_status wick_jpeg_size(const char *name, const void *data, size_t bytes,
                           const wick_jpeg_options *options, wick_image_size *size);
wick_status wick_jpeg_decode(wick_context *context, const char *name, const void *data,
                             size_t bytes, wick_dtype dtype, const wick_jpeg_options *options,
                             wick_tensor **image);

/* A PGM file's bytes of a grey image, a PPM file's of RGB; `bits` a sample are 8 or 16, or 1 for a
 * PBM file, where halves and more are white. `text` makes digits of the samples. */
wick_status wick_pnm_encode(wick_tensor *image, int bits, bool text, wick_tensor **bytes);
wick_status wick_pnm_size(const char *name, const void *data, size_t bytes, wick_image_size *size);
wick_status wick_pnm_decode(wick_context *context, const char *name, const void *data, size_t bytes,
                            wick_dtype dtype, size_t limit, wick_tensor **image);

/* ---- images: geometry and colours ------------------------------------------------------------ */

/* These take images of height x width or channels x height x width, uint8, float32 or float64, and
 * give new ones of the same type and number of dimensions; results of bytes are rounded and
 * clamped. Nothing of it is recorded: an image with a history is refused while recording is on. */

/* How values between pixels are found. */
typedef enum wick_filter {
    WICK_NEAREST,
    WICK_AREA, /* the mean of what a new pixel covers */
    WICK_BILINEAR,
    WICK_BICUBIC, /* Keys, a = -1/2 */
    WICK_LANCZOS  /* three lobes */
} wick_filter;

/* To height x width pixels. Pixels are squares, whose corners meet those of the image; windows
 * widen as the image shrinks when `antialias`. As Pillow has it, byte for byte. */
wick_status wick_image_resize(wick_tensor *image, int64_t height, int64_t width, wick_filter filter,
                              bool antialias, wick_tensor **resized);
/* Torch7's image.scale: nearest, bilinear (where it shrinks, means of areas) or bicubic; centres of
 * the corners' pixels meet. */
wick_status wick_image_scale(wick_tensor *image, int64_t height, int64_t width, wick_filter filter,
                             wick_tensor **scaled);

typedef struct wick_warp {
    wick_filter filter;
    bool relative; /* the field says how far away a value is found, not where */
    bool pad;      /* outside the image is `value`, not the nearest pixel of its edge */
    double value;
} wick_warp;

/* Torch7's image.warp: each pixel is found in the image where the field, 2 x height x width (row,
 * column; of a floating type or the image's), says. All filters but WICK_AREA. */
wick_status wick_image_warp(wick_tensor *image, wick_tensor *field, const wick_warp *how,
                            wick_tensor **warped);
/* By `angle` radians counter-clockwise about the centre, of the same size; 0 comes in from outside.
 * Nearest or bilinear. */
wick_status wick_image_rotate(wick_tensor *image, double angle, wick_filter filter,
                              wick_tensor **rotated);
/* Height angles x width distances from the centre: up to the nearer edge, or the corner (`full`);
 * distances grow evenly, or by an even factor (`logarithmic`). Nearest or bilinear. */
wick_status wick_image_polar(wick_tensor *image, int64_t height, int64_t width, bool logarithmic,
                             bool full, wick_filter filter, wick_tensor **polar);

/* Conversions of 3 x height x width; all channels of HSL and HSV go from 0 to 1 (or 255), as RGB
 * does; Lab is of sRGB under D65, L from 0 to 100, and not for bytes. */
typedef enum wick_colours {
    WICK_RGB_TO_HSL,
    WICK_HSL_TO_RGB,
    WICK_RGB_TO_HSV,
    WICK_HSV_TO_RGB,
    WICK_RGB_TO_LAB,
    WICK_LAB_TO_RGB,
    WICK_RGB_TO_Y /* luminance, 1 x height x width */
} wick_colours;

wick_status wick_image_colours(wick_tensor *image, wick_colours to, wick_tensor **converted);

#ifdef __cplusplus
}
#endif

#endif
