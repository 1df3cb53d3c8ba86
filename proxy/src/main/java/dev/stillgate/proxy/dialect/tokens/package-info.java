/** Token count estimates for text and prompt structure. */
@NullMarked
package dev.stillgate.proxy.dialect.tokens;

import org.jspecify.annotations.NullMarked;
