/** Observability: access log, audit log, metrics, and notifications of changed standings. */
@NullMarked
package dev.stillgate.proxy.observe;

import org.jspecify.annotations.NullMarked;
