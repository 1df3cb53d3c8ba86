package dev.stillgate.proxy.admin;

import dev.stillgate.proxy.config.OperatorRole;

/** Thrown when an operator's order would set or replace what needs a higher role; it has no effect. */
public final class RoleNeededException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final OperatorRole needed;

    public RoleNeededException(OperatorRole needed) {
        super("needs the role " + needed.text());
        this.needed = needed;
    }

    OperatorRole needed() {
        return needed;
    }
}
