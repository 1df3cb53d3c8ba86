/** The configuration: YAML files bound to immutable records, with every error at its line and column. */
@NullMarked
package dev.stillgate.proxy.config;

import org.jspecify.annotations.NullMarked;
