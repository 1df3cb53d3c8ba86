/** Callers of HTTP/2. */
@NullMarked
package dev.stillgate.loadtests.http2;

import org.jspecify.annotations.NullMarked;
