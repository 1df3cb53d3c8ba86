/** JMH benchmarks of the work per request; {@code load-tests/run bench} runs them. */
@NullMarked
package dev.stillgate.loadtests.bench;

import org.jspecify.annotations.NullMarked;
