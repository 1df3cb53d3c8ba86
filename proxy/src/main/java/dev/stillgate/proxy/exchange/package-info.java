/** One request's life, from the first header to the last byte. */
@NullMarked
package dev.stillgate.proxy.exchange;

import org.jspecify.annotations.NullMarked;
