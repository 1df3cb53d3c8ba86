/**
 * Dialects of the model APIs of each {@link dev.stillgate.spi.Provider}: operations by path, request parsing, token usage
 * of responses, and error bodies. Works on byte arrays, without any I/O.
 */
@NullMarked
package dev.stillgate.proxy.dialect;

import org.jspecify.annotations.NullMarked;
