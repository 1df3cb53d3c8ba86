/** The store that gateways share: token buckets, feeds, and who is alive; none of it on the path of a request. */
@NullMarked
package dev.stillgate.proxy.fleet;

import org.jspecify.annotations.NullMarked;
