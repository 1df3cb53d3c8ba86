package dev.stillgate.proxy.dialect.coding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.dialect.coding.Multipart.BoundarySearch;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BoundarySearchTest {
    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    @DisplayName("engine A3: a boundary that resembles the file costs one step per byte")
    void boundaryOfDashesCostsOneStepPerByte() {
        String boundary = "--" + "-".repeat(69) + "a";
        BoundarySearch search = new BoundarySearch(ascii(boundary));
        byte[] file = ascii("-".repeat(100_000) + "a");
        int state = 0;
        int steps = 0;
        while (state < boundary.length()) {
            state = search.step(state, file[steps++]);
        }
        assertThat(steps).isEqualTo(file.length);
        assertThat(search.find(file, 0, file.length)).isEqualTo(file.length - boundary.length());
        assertThat(search.find(file, 0, file.length - 1)).isEqualTo(-1);
    }

    @Test
    @DisplayName("engine A3: the search agrees with a naive one")
    void searchAgreesWithNaiveSearch() {
        Random random = new Random(20261128);
        int found = 0;
        for (int round = 0; round < 20_000; round++) {
            String boundary = "--" + text(random, 1 + random.nextInt(6));
            String file = text(random, random.nextInt(60));
            int from = random.nextInt(file.length() + 1);
            int end = from + random.nextInt(file.length() - from + 1);
            int expected = file.substring(0, end).indexOf(boundary, from);
            assertThat(new BoundarySearch(ascii(boundary)).find(ascii(file), from, end))
                    .as("%s in %s from %d to %d", boundary, file, from, end)
                    .isEqualTo(expected);
            found += expected >= 0 ? 1 : 0;
        }
        assertThat(found).isGreaterThan(1000);
    }

    private static String text(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append("---a".charAt(random.nextInt(4)));
        }
        return text.toString();
    }

    @Test
    @DisplayName("engine A3: non-ASCII bytes never match")
    void nonAsciiBytesNeverMatch() {
        BoundarySearch search = new BoundarySearch(ascii("--a"));
        assertThat(search.find(ascii("-\u00ad-\u00e1--\u00ff--a"), 0, 10)).isEqualTo(7);
    }
}
