/** JMH benchmarks of what every request pays for; {@code load-tests/run bench} runs them. */
@NullMarked
package dev.stillgate.loadtests.bench;

import org.jspecify.annotations.NullMarked;
