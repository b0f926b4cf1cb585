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

#endif
