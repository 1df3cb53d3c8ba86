package dev.stillgate.loadtests.campaign.traffic;

/**
 * An attempt to get a response, as a line of the exchange log.
 *
 * @param wanted identifies the response over all attempts, by reference
 * @param label label of the exchange, such as {@code campaign:x/cover}
 * @param verified whether the account is verified
 * @param path path of the request
 * @param begins whether the request begins a conversation; not known of honest requests in a log
 * @param time milliseconds since the epoch
 * @param line buffer that begins with the line
 * @param length length of the line in bytes
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Attempt(
        Object wanted,
        String label,
        String account,
        boolean verified,
        String path,
        boolean begins,
        long time,
        byte[] line,
        int length) {}
