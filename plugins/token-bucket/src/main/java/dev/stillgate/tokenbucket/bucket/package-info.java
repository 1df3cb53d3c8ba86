/** The buckets of each owner, model and route: in memory, kept across reloads and restarts, and shared with a fleet. */
@NullMarked
package dev.stillgate.tokenbucket.bucket;

import org.jspecify.annotations.NullMarked;
