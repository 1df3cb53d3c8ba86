/** Assembly of a running gateway: data plane, control plane, logs, exports and the admin's view of them. */
@NullMarked
package dev.stillgate.proxy.gateway;

import org.jspecify.annotations.NullMarked;
