/** HTTP/1.1 on plain sockets. */
@NullMarked
package dev.stillgate.loadtests.http1;

import org.jspecify.annotations.NullMarked;
