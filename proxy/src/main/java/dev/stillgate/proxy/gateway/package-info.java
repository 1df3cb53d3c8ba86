/** Assembly of a running gateway: data plane, control plane, logs, exporters and their admin operations. */
@NullMarked
package dev.stillgate.proxy.gateway;

import org.jspecify.annotations.NullMarked;
