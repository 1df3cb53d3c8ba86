/** Policies and their life cycle: read, check, build, put in force, and roll back. */
@NullMarked
package dev.stillgate.proxy.policy;

import org.jspecify.annotations.NullMarked;
