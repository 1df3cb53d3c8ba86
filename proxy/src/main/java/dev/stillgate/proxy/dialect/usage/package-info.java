/**
 * Streaming extraction of token usage, character counts and context marks from the responses of each dialect, without
 * buffering them.
 */
@NullMarked
package dev.stillgate.proxy.dialect.usage;

import org.jspecify.annotations.NullMarked;
