/** Backtests: replay of recorded or generated exchanges through a policy's filters in virtual time, and its report. */
@NullMarked
package dev.stillgate.proxy.backtest;

import org.jspecify.annotations.NullMarked;
