package dev.stillgate.proxy.config;

import dev.stillgate.spi.Network;
import dev.stillgate.spi.PolicyException;
import java.net.InetAddress;
import java.util.List;

/**
 * That a listener's connections begin with a header of the PROXY protocol, version 1 or 2, which names the address that they
 * come from.
 *
 * @param from the networks of those who are believed, at least one; whoever else connects is closed
 */
public record ProxyProtocol(List<Network> from) {
    public ProxyProtocol {
        from = List.copyOf(from);
        if (from.isEmpty()) {
            throw new PolicyException("from", "expected at least one network, such as 10.0.0.0/8");
        }
    }

    /** Returns whether a sender is believed. */
    public boolean trusts(InetAddress sender) {
        for (Network network : from) {
            if (network.contains(sender)) {
                return true;
            }
        }
        return false;
    }
}
