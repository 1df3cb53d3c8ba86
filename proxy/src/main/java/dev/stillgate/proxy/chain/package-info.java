/** The filter chain: compiled from a list of filter entries, run for each exchange, swapped whole. */
@NullMarked
package dev.stillgate.proxy.chain;

import org.jspecify.annotations.NullMarked;
