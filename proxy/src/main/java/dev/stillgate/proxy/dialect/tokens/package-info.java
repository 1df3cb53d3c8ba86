/** Estimates of token counts from text. */
@NullMarked
package dev.stillgate.proxy.dialect.tokens;

import org.jspecify.annotations.NullMarked;
