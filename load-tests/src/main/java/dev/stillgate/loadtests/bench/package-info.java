/** JMH benchmarks of what every request pays for; {@code load-tests/bench.sh} runs them. */
@NullMarked
package dev.stillgate.loadtests.bench;

import org.jspecify.annotations.NullMarked;
