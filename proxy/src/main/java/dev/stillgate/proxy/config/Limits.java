package dev.stillgate.proxy.config;

import dev.stillgate.spi.ByteSize;
import dev.stillgate.spi.PolicyException;
import java.time.Duration;

/**
 * What one caller, and all of them together, may take.
 *
 * @param head the request line and the header fields of one request
 * @param target the request target, at most as much as the head
 * @param body the body of one request, as sent and as decoded
 * @param bodyMemory all bodies in memory; 0 is a quarter of the largest heap, at least one body
 * @param bodyMemoryPerAddress all bodies in memory of one address; 0 is an eighth of {@code bodyMemory}, at least
 *     one body
 * @param connections downstream connections open at once
 * @param connectionsPerAddress those of one IPv4 address or IPv6 /64; 0 is a quarter of {@code connections}
 * @param exchangesPerAddress exchanges under way at once of one address
 * @param exchangesPerAccount exchanges under way at once of one account
 * @param headTimeout from a request's first byte (on a new connection, from its start) to the end of its head
 * @param bodyTimeout between two reads of a request's body
 * @param bodyRate the least of a body that must come in a second, averaged over {@code bodyTimeout}; 0 is no least
 * @param answerTimeout how long a caller may take nothing of an answer that waits for it
 * @param keepAlive between an answer and the next request on a connection
 * @param shedAt the hundredths of heap, direct memory or descriptors in use at which connections are refused, 1 to 100
 */
public record Limits(
        @Default("32KiB") ByteSize head,
        @Default("8KiB") ByteSize target,
        @Default("32MiB") ByteSize body,
        @Default("0") ByteSize bodyMemory,
        @Default("0") ByteSize bodyMemoryPerAddress,
        @Default("65536") int connections,
        @Default("0") int connectionsPerAddress,
        @Default("8192") int exchangesPerAddress,
        @Default("4096") int exchangesPerAccount,
        @Default("15s") Duration headTimeout,
        @Default("30s") Duration bodyTimeout,
        @Default("256") ByteSize bodyRate,
        @Default("60s") Duration answerTimeout,
        @Default("75s") Duration keepAlive,
        @Default("90") int shedAt) {

    private static final long SMALLEST_HEAD = 1024;
    private static final long LARGEST_HEAD = 1 << 20;
    private static final long LARGEST_BODY = 1 << 30;

    public Limits {
        between("head", head, SMALLEST_HEAD, LARGEST_HEAD);
        between("target", target, 64, head.bytes());
        between("body", body, 1, LARGEST_BODY);
        if (bodyMemory.bytes() == 0) {
            bodyMemory = new ByteSize(Math.max(Runtime.getRuntime().maxMemory() / 4, body.bytes()));
        }
        between("bodyMemory", bodyMemory, body.bytes(), Long.MAX_VALUE);
        if (bodyMemoryPerAddress.bytes() == 0) {
            bodyMemoryPerAddress = new ByteSize(Math.max(bodyMemory.bytes() / 8, body.bytes()));
        }
        between("bodyMemoryPerAddress", bodyMemoryPerAddress, body.bytes(), bodyMemory.bytes());
        atLeast("connections", connections, 1);
        atLeast("connectionsPerAddress", connectionsPerAddress, 0);
        connectionsPerAddress = connectionsPerAddress == 0 ? Math.max(1, connections / 4) : connectionsPerAddress;
        atLeast("exchangesPerAddress", exchangesPerAddress, 1);
        atLeast("exchangesPerAccount", exchangesPerAccount, 1);
        between("bodyRate", bodyRate, 0, body.bytes());
        if (shedAt < 1 || shedAt > 100) {
            throw new PolicyException("shedAt", shedAt + " is not between 1 and 100");
        }
        Policy.notOff("answerTimeout", answerTimeout);
        Policy.notOff("headTimeout", headTimeout);
        Policy.notOff("bodyTimeout", bodyTimeout);
        Policy.notOff("keepAlive", keepAlive);
    }

    private static void atLeast(String key, int number, int least) {
        if (number < least) {
            throw new PolicyException(key, number + " is not at least " + least);
        }
    }

    /** Returns the limits of an empty file. */
    public static Limits defaults() {
        return Binder.defaults(Limits.class);
    }

    static void between(String key, ByteSize size, long least, long most) {
        if (size.bytes() < least || size.bytes() > most) {
            throw new PolicyException(
                    key,
                    size.bytes() + " bytes: expected at least " + least
                            + (most == Long.MAX_VALUE ? "" : " and at most " + most) + " bytes");
        }
    }
}
