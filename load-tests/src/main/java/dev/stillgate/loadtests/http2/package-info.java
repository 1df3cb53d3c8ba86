/** HTTP/2 clients for comparisons with HTTP/1.1. */
@NullMarked
package dev.stillgate.loadtests.http2;

import org.jspecify.annotations.NullMarked;
