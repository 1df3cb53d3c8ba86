package dev.stillgate.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.SmugglingCorpus;
import dev.stillgate.proxy.rig.SmugglingCorpus.Payload;
import dev.stillgate.proxy.rig.SmugglingCorpus.Right;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs the smuggling corpus through the request parser, cut in two at every position and byte by byte. The result must
 * not depend on the cut.
 */
class SmugglingFragmentsTest {
    private static final int FULLY = 2000;

    @TestFactory
    List<DynamicTest> everyCutInTwo() {
        return SmugglingCorpus.all().stream()
                .map(each -> DynamicTest.dynamicTest(each.toString(), () -> check(each)))
                .toList();
    }

    private static void check(Payload payload) {
        byte[] bytes = payload.bytes();
        String whole = RequestTranscript.of(bytes, bytes.length);
        assertThat(RequestTranscript.of(bytes, 1)).isEqualTo(whole);
        int step = bytes.length > FULLY ? 97 : 1;
        for (int cut = 1; cut < bytes.length; cut += step) {
            assertThat(RequestTranscript.of(bytes, cut, bytes.length))
                    .as("cut at " + cut)
                    .isEqualTo(whole);
        }
        if (payload.right() == Right.SERVED || payload.right() == Right.LAST) {
            assertThat(whole).contains("[end]").doesNotContain("[refused]");
        } else if (payload.right() == Right.OPEN) {
            assertThat(whole).doesNotContain("[end]").doesNotContain("[refused]");
        }
    }
}
