/** Backtests that a running gateway starts for its console, each in a process of its own. */
@NullMarked
package dev.stillgate.proxy.whatif;

import org.jspecify.annotations.NullMarked;
