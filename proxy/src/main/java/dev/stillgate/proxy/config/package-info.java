/** The configuration: YAML files bound to immutable records, with line and column for every error. */
@NullMarked
package dev.stillgate.proxy.config;

import org.jspecify.annotations.NullMarked;
