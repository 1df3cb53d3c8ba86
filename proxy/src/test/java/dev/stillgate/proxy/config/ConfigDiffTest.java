package dev.stillgate.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigDiffTest {
    private static List<String> diff(String before, String after) throws ConfigException {
        return ConfigDiff.of(node(before), node(after));
    }

    private static ConfigNode node(String yaml) throws ConfigException {
        return ConfigReader.parse(Path.of("x.yaml"), yaml.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{a: 1} | {a: 1} |",
                "{a: 1} | {a: 2} | ~a",
                "{a: 1} | {a: '1'} | ~a",
                "{a: 1} | {b: 1} | +b;-a",
                "{a: {b: {c: 1}}} | {a: {b: {c: 2, d: 3}}} | ~a.b.c;+a.b.d",
                "{a: [1, 2]} | {a: [1, 3, 4]} | ~a[1];+a[2]",
                "{a: [1, 2]} | {a: 1} | ~a",
                "{f: [{name: x, k: 1}, {name: y}]} | {f: [{name: z}, {name: x, k: 2}]} | +f[z];~f[x].k;-f[y]",
                "{f: [{name: x}, {name: y}]} | {f: [{name: y}, {name: x}]} | ~f (order)",
                "{f: [{name: x, a: 1}]} | {f: [{name: x, a: 1}, {name: x, a: 1}]} | +f[1]",
                "{r: [{path: /v1/, u: a}]} | {r: [{path: /v1/, u: b}]} | ~r[/v1/].u",
            })
    void changedKeysAreListed(String before, String after, String changes) throws ConfigException {
        assertThat(String.join(";", diff(before, after))).isEqualTo(changes == null ? "" : changes);
    }

    @Test
    void diffIsShortAndHasNoValues() throws ConfigException {
        StringBuilder after = new StringBuilder("{");
        for (int i = 0; i < 50; i++) {
            after.append("key").append(i).append(": very-secret, ");
        }
        List<String> changes = diff("{}", after.append("}").toString());
        assertThat(changes).hasSize(21).endsWith("and 30 more");
        assertThat(changes.toString()).doesNotContain("secret");
        assertThat(diff("{}", "{\"a\\u001bb\": 1}")).containsExactly("+a\\u001bb");
    }
}
