package dev.stillgate.loadtests.gatling;

/** A failed check of a scenario, without a stack trace. */
final class Missed extends RuntimeException {
    Missed(String message) {
        super(message, null, false, false);
    }
}
