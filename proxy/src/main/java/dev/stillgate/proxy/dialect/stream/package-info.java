/** Readers of response streams, for all providers. */
@NullMarked
package dev.stillgate.proxy.dialect.stream;

import org.jspecify.annotations.NullMarked;
