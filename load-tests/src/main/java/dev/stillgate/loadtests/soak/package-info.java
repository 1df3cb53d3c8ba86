/** A gateway under half of its maximum load for a long time: failures, leaks and growth. */
@NullMarked
package dev.stillgate.loadtests.soak;

import org.jspecify.annotations.NullMarked;
