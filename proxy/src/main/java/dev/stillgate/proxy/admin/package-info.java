/**
 * The admin listener: health, metrics, resources such as accounts and clusters, and operators' actions, over HTTP with
 * JSON.
 */
@NullMarked
package dev.stillgate.proxy.admin;

import org.jspecify.annotations.NullMarked;
