package dev.stillgate.proxy.admin;

import dev.stillgate.proxy.config.OperatorRole;
import org.jspecify.annotations.Nullable;

/**
 * A person or program with a right credential.
 *
 * @param name the name of the credential; null if it has none, so that orders name their author freely
 * @param until the first millisecond since the epoch at which the credential is not valid any more
 */
record AdminOperator(@Nullable String name, OperatorRole role, long until) {
    /** The client with a credential without a name, or without any where none is configured. */
    static final AdminOperator ANYBODY = new AdminOperator(null, OperatorRole.ADMIN, Long.MAX_VALUE);
}
