package dev.stillgate.proxy.config;

import dev.stillgate.spi.Network;
import dev.stillgate.spi.PolicyException;
import java.net.InetAddress;
import java.util.List;

/**
 * Settings of the PROXY protocol, version 1 or 2, on a listener. Each connection starts with a header that carries the
 * client's address.
 *
 * @param from the networks of the trusted load balancers, at least one; connections from other addresses are closed
 */
public record ProxyProtocol(List<Network> from) {
    public ProxyProtocol {
        from = List.copyOf(from);
        if (from.isEmpty()) {
            throw new PolicyException("from", "expected at least one network, such as 10.0.0.0/8");
        }
    }

    /** Returns whether PROXY protocol headers from an address are trusted. */
    public boolean trusts(InetAddress sender) {
        for (Network network : from) {
            if (network.contains(sender)) {
                return true;
            }
        }
        return false;
    }
}
