/** The filter chain: compiled from the policy's filter entries, run for each exchange, replaced as a whole. */
@NullMarked
package dev.stillgate.proxy.chain;

import org.jspecify.annotations.NullMarked;
