package dev.stillgate.proxy.admin;

import java.util.function.Consumer;

/** Receiver of the audit events of requests that change something. */
@FunctionalInterface
public interface Auditor extends Consumer<ResourceAction> {
    /**
     * Notes that a request is about to be performed, where the audit log is required.
     *
     * @return false if it must not be performed, since the log cannot be written
     */
    default boolean begins(ResourceAction action) {
        return true;
    }
}
