package dev.stillgate.proxy.config;

import dev.stillgate.spi.ByteSize;
import dev.stillgate.spi.PolicyException;
import java.time.Duration;

/**
 * Resource limits for each client and for the whole process.
 *
 * @param head the maximum size of a request's request line and header fields
 * @param target the maximum size of a request target, at most {@code head}
 * @param body the maximum size of a request body, encoded and decoded
 * @param bodyMemory the maximum memory of all request bodies; 0 is a quarter of the maximum heap, at least {@code body}
 * @param bodyMemoryPerAddress the maximum memory of the request bodies of one address; 0 is an eighth of
 *     {@code bodyMemory}, at least {@code body}
 * @param connections the maximum number of client connections
 * @param connectionsPerAddress the maximum number of connections from one IPv4 address or IPv6 /64; 0 is a quarter of
 *     {@code connections}
 * @param exchangesPerAddress the maximum number of concurrent exchanges of one address
 * @param exchangesPerAccount the maximum number of concurrent exchanges of one account
 * @param headTimeout the maximum time from a request's first byte, or from the start of a new connection, to the end of
 *     the request head
 * @param bodyTimeout the maximum time between two reads of a request body
 * @param bodyRate the minimum rate of a request body in bytes per second, averaged over {@code bodyTimeout}; 0 for none
 * @param answerTimeout the maximum time in which a client reads nothing of a pending response
 * @param keepAlive the maximum idle time between a response and the next request on a connection
 * @param shedAt the percentage of heap, direct memory or file descriptors in use above which new connections are
 *     refused, 1 to 100
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

    /** Returns the default limits. */
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
