package dev.stillgate.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "255.255.255.255, 255.255.255.255, true",
        "192.0.2.0/25, 192.0.2.128, false",
        "0.0.0.0/0, 203.0.113.1, true",
        "0.0.0.0/0, ::1, false",
        "::/0, 203.0.113.1, false",
        "2001:db8::/32, 2001:db8:ffff::1, true",
        "2001:db8::/32, 2001:db9::, false",
        "2001:db8::/64, 2001:db8::ffff:0:0:1, true",
        "2001:db8::/65, 2001:db8::8000:0:0:1, false",
        "::1, ::1, true",
        "::1, ::2, false",
        "192.0.2.128/25, 192.0.2.127, false",
        "2001:db8::/33, 2001:db8:8000::1, false",
    })
    void contains(String network, String address, boolean within) {
        assertThat(Network.parse(network).contains(InetAddress.ofLiteral(address)))
                .isEqualTo(within);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/8",
                "/",
                "10",
                "10.1",
                "10/8",
                "10.0.0/8",
                "10.0.0.256",
                "10.0.0.0/x",
                "10.0.0.0/ 8",
                "10.0.0.0/٨",
                "::ffff:10.0.0.0/104",
                "localhost",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.1/8",
                "::/129",
                "2001:db8::1/64",
                "fe80::1%eth0",
                "[::1]",
                "example.org",
                "10.0.0.0/8/8"
            })
    void whatIsNoNetworkIsRefusedByName(String text) {
        assertThatThrownBy(() -> Network.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining('"' + text + '"');
    }

    @Test
    void itsTextIsReadAgainAsItself() {
        for (String text : new String[] {"10.0.0.0/8", "192.0.2.1", "2001:db8::/32", "::1/128"}) {
            Network network = Network.parse(text);
            assertThat(Network.parse(network.toString())).isEqualTo(network);
        }
    }
}
