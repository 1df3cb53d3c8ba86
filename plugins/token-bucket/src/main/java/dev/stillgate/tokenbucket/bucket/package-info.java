/** The buckets: per owner, per model and per route, in memory, across reloads, restarts and the fleet. */
@NullMarked
package dev.stillgate.tokenbucket.bucket;

import org.jspecify.annotations.NullMarked;
