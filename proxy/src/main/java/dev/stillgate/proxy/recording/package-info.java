/** Exchange log that a backtest can replay. */
@NullMarked
package dev.stillgate.proxy.recording;

import org.jspecify.annotations.NullMarked;
