/** Recorded or generated exchanges sent through the filters of a policy in virtual time, and what became of them. */
@NullMarked
package dev.stillgate.proxy.backtest;

import org.jspecify.annotations.NullMarked;
