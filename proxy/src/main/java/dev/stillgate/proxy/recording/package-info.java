/** The log of exchanges that a gateway writes, for a backtest to read. */
@NullMarked
package dev.stillgate.proxy.recording;

import org.jspecify.annotations.NullMarked;
