package dev.stillgate.proxy.exchange;

import dev.stillgate.spi.Header;
import java.util.List;

/**
 * An answer in the gateway's own words.
 *
 * @param headers the fields besides those of framing and date, in order
 * @param body the content, JSON in the provider's shape
 */
@SuppressWarnings("ArrayRecordComponent") // written once and never compared
public record LocalReply(int status, List<Header> headers, byte[] body) {}
