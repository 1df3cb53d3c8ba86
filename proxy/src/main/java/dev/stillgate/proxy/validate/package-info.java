/** Checks of all configuration files that a start would read, and the effective configuration. */
@NullMarked
package dev.stillgate.proxy.validate;

import org.jspecify.annotations.NullMarked;
