package dev.stillgate.tokenbucket.bucket;

import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.policy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.tokenbucket.policy.OwnerLimits;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import java.net.InetAddress;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class OverflowTableTest {
    /** The key and test vector of the paper for the bytes 00 to 07. */
    @Test
    void hashEqualsThatOfSipHash() {
        assertThat(OverflowTable.sipHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L, 0x0706050403020100L))
                .isEqualTo(0x93f5f5799a932462L);
    }

    @Test
    void prefixIs24BitsOfIPv4And48OfIPv6() {
        assertThat(prefix("192.0.2.1")).isEqualTo(prefix("192.0.2.254")).isNotEqualTo(prefix("192.0.3.1"));
        assertThat(prefix("2001:db8:1::1")).isEqualTo(prefix("2001:db8:1:ffff::2"));
        assertThat(prefix("2001:db8:1::1")).isNotEqualTo(prefix("2001:db8:2::1"));
        assertThat(prefix("0.0.0.0")).isNotEqualTo(prefix("::"));
    }

    @Test
    void tableHasAtMostOneSetForEachSlot() {
        OverflowTable table = new OverflowTable();
        OwnerLimits limits = new PolicyLimits(policy(limit("requests", 5, "5/1m")), 0).overflow();
        Set<BucketSet> buckets = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < 300_000; i++) {
            buckets.add(
                    table.at(InetAddress.ofLiteral(i / 65536 + "." + i / 256 % 256 + "." + i % 256 + ".1"), limits, 0));
        }
        assertThat(buckets.size()).isBetween(OverflowTable.SLOTS * 9 / 10, OverflowTable.SLOTS);
    }

    private static long prefix(String literal) {
        return OverflowTable.prefix(InetAddress.ofLiteral(literal));
    }
}
