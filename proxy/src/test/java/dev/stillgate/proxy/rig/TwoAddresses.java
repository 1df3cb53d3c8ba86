package dev.stillgate.proxy.rig;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.stream.Stream;

/** Resolver of this JVM that knows one name more than the system's: {@link #NAME}, with two addresses on loopback. */
public final class TwoAddresses extends InetAddressResolverProvider {
    public static final String NAME = "two-addresses.test";

    @Override
    public InetAddressResolver get(Configuration configuration) {
        InetAddressResolver system = configuration.builtinResolver();
        return new InetAddressResolver() {
            @Override
            public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
                return host.equals(NAME)
                        ? Stream.of("127.0.0.1", "127.0.0.2").map(InetAddress::ofLiteral)
                        : system.lookupByName(host, policy);
            }

            @Override
            public String lookupByAddress(byte[] address) throws UnknownHostException {
                return system.lookupByAddress(address);
            }
        };
    }

    @Override
    public String name() {
        return "two addresses";
    }
}
