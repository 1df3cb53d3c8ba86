/** Export of metrics and spans to an OpenTelemetry collector, over OTLP/HTTP with JSON. */
@NullMarked
package dev.stillgate.proxy.otlp;

import org.jspecify.annotations.NullMarked;
