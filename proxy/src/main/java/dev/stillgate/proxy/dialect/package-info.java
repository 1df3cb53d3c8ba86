/**
 * Dialects of the model APIs of each {@link dev.stillgate.spi.Provider}, by {@link Dialects their list}: operations by path,
 * request parsing, token usage and edit of responses, and error bodies. Each API has a folder for its own part. Works on byte arrays, without any I/O.
 */
@NullMarked
package dev.stillgate.proxy.dialect;

import org.jspecify.annotations.NullMarked;
