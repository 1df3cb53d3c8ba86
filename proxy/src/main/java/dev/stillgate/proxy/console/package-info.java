/**
 * The console: its static files, the sessions of signed-in browsers, and live events. Without a dependency on the
 * gateway; the admin listener serves it.
 */
@NullMarked
package dev.stillgate.proxy.console;

import org.jspecify.annotations.NullMarked;
