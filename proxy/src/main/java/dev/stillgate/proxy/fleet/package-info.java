/** The store shared by a fleet of gateways: token buckets, feeds, roles and membership. No request waits for it. */
@NullMarked
package dev.stillgate.proxy.fleet;

import org.jspecify.annotations.NullMarked;
