/* The process's one thread pool. Work is cut into parts that depend on its size alone, so results
 * never depend on the number of threads; a caller that finds the pool busy runs the same parts
 * itself, in order. */
#ifndef WICK_BASE_THREADS_H
#define WICK_BASE_THREADS_H

#include "wick.h"

/* Works on items [begin, end). */
typedef void wick__part(void *job, int64_t begin, int64_t end);

/* Calls `part` on [0, n) in parts of `grain` items (the last may be smaller), on at most the
 * context's number of threads. One part or one thread: a plain loop in the caller. Never fails. */
void wick__parallel(wick_context *context, int64_t n, int64_t grain, wick__part *part, void *job);

/* The same for work that needs memory of its own while it runs: `part` is also told which of the
 * threads runs it, from 0 to wick__workers() - 1; two parts that run at the same time differ in it.
 * What a part computes must not depend on it. */
typedef void wick__worker_part(void *job, int worker, int64_t begin, int64_t end);
void wick__parallel_workers(wick_context *context, int64_t n, int64_t grain,
                            wick__worker_part *part, void *job);

/* The most threads that wick__parallel uses for this context. */
int wick__workers(const wick_context *context);

#endif
