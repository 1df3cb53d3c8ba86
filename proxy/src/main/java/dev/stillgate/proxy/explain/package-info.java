/** Explains what the filters of a policy decide for one request, without a running gateway. */
@NullMarked
package dev.stillgate.proxy.explain;

import org.jspecify.annotations.NullMarked;
