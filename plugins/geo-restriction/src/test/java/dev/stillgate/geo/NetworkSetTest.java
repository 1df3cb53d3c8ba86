package dev.stillgate.geo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.GeoFacts;
import dev.stillgate.spi.Network;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworkSetTest {
    @ParameterizedTest
    @CsvSource({
        "203.0.113.0/24, 203.0.113.0, 203.0.113.255, 203.0.112.255, 203.0.114.0",
        "203.0.113.7, 203.0.113.7, 203.0.113.7, 203.0.113.6, 203.0.113.8",
        "128.0.0.0/1, 128.0.0.0, 255.255.255.255, 127.255.255.255, 8000::",
        "0.0.0.0/0, 0.0.0.0, 255.255.255.255, ::, ffff::",
        "2001:db8::/32, 2001:db8::, 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff, 2001:db7:ffff::, 2001:db9::",
        "2001:db8::/64, 2001:db8::, 2001:db8::ffff:ffff:ffff:ffff, 2001:db7:ffff::, 2001:db8:0:1::",
        "2001:db8::80/121, 2001:db8::80, 2001:db8::ff, 2001:db8::7f, 2001:db8::100",
        "::/0, ::, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 0.0.0.0, 255.255.255.255",
        "::1, ::1, ::1, ::, ::2",
    })
    void aNetworkHoldsWhatIsBetweenItsEnds(String cidr, String first, String last, String before, String after) {
        NetworkSet set = new NetworkSet(List.of(Network.parse(cidr)));
        assertThat(set.contains(at(first))).isTrue();
        assertThat(set.contains(at(last))).isTrue();
        assertThat(set.contains(at(before))).isFalse();
        assertThat(set.contains(at(after))).isFalse();
    }

    @Test
    void setContainsTheUnionOfItsNetworks() throws Exception {
        Random random = new Random(7);
        List<Network> networks = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            byte[] address = new byte[random.nextBoolean() ? 4 : 16];
            random.nextBytes(address);
            address[0] = (byte) random.nextInt(4); // close together, so that they overlap
            networks.add(around(address, 9 + random.nextInt(address.length * 8 - 8)));
        }
        NetworkSet set = new NetworkSet(networks);
        int held = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] address = new byte[random.nextBoolean() ? 4 : 16];
            random.nextBytes(address);
            address[0] = (byte) random.nextInt(5);
            boolean expected = networks.stream().anyMatch(network -> holds(network, address));
            assertThat(set.contains(at(InetAddress.getByAddress(address).getHostAddress())))
                    .isEqualTo(expected);
            held += expected ? 1 : 0;
        }
        assertThat(held).isBetween(1_000, 19_000);
    }

    private static Network around(byte[] address, int prefix) throws Exception {
        byte[] first = address.clone();
        for (int bit = prefix; bit < first.length * 8; bit++) {
            first[bit / 8] &= (byte) ~(0x80 >>> bit % 8);
        }
        return Network.parse(InetAddress.getByAddress(first).getHostAddress() + "/" + prefix);
    }

    private static boolean holds(Network network, byte[] address) {
        if (network.v4() != (address.length == 4)) {
            return false;
        }
        int shift = address.length * 8 - network.prefix();
        byte[] first = java.nio.ByteBuffer.allocate(16)
                .putLong(network.high())
                .putLong(network.low())
                .array();
        BigInteger network128 = new BigInteger(1, Arrays.copyOfRange(first, 16 - address.length, 16));
        return network128.shiftRight(shift).equals(new BigInteger(1, address).shiftRight(shift));
    }

    private static Located at(String literal) {
        return new DatabaseSet(1, List.of()).locate(InetAddress.ofLiteral(literal));
    }

    @Test
    void lookupWithoutDatabasesFindsNothing() {
        assertThat(at("192.0.2.1").facts()).isSameAs(GeoFacts.UNKNOWN);
    }
}
