/** A gateway with an accelerated calendar. */
@NullMarked
package dev.stillgate.loadtests.compressed;

import org.jspecify.annotations.NullMarked;
