package dev.stillgate.loadtests.gatling;

/** What a scenario wants did not hold. The message says all: there is no stack trace. */
final class Missed extends RuntimeException {
    Missed(String message) {
        super(message, null, false, false);
    }
}
