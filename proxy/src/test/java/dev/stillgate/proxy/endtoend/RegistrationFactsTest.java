package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.account.CredentialHash;
import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.RawClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Registration facts reach the filters from the operator's file, and no request can set one. */
class RegistrationFactsTest {
    private static final String PAYMENT = "h:0123456789abcdefABCD-_";
    private static final String FORGED = "h:ffffffffffffffffffffff";

    @TempDir
    private Path directory;

    private static String keyHash(String key) {
        CredentialHash hash = CredentialHash.of("0123456789abcdef-test");
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        hash.hash(bytes, 0, bytes.length);
        return CredentialHash.id("h1", hash.hi(), hash.lo());
    }

    private static String facts(GatewayRig rig, String key, String query, String fields, String body) {
        try (RawClient client = new RawClient(rig.port())) {
            return client.send("POST /v1/messages" + query + " HTTP/1.1\r\nhost: x\r\nx-api-key: " + key + "\r\n"
                            + fields + "content-type: application/json\r\ncontent-length: " + body.length() + "\r\n\r\n"
                            + body)
                    .answer()
                    .text();
        }
    }

    @Test
    void requestsCannotSetFacts() throws IOException {
        Path plugins = TestPlugins.in(
                directory,
                "telling",
                "return (RequestFilter) exchange -> new Verdict.Reject(Verdict.Kind.BLOCKED, \"facts\","
                        + " \"facts \" + exchange.account().facts() + \" created \" + exchange.account().created());");
        String accounts = """
                accounts:
                  - {id: a-17, keys: ["%s"], created: 2026-01-12T08:30:00Z, facts: {payment: "%s"}}
                """.formatted(keyHash("sk-known"), PAYMENT);
        String fields = "facts: payment=" + FORGED + "\r\nx-stillgate-facts: {\"payment\":\"" + FORGED
                + "\"}\r\npayment: " + FORGED + "\r\nx-forwarded-facts: payment=" + FORGED + "\r\n";
        String body =
                "{\"model\":\"m\",\"max_tokens\":9,\"facts\":{\"payment\":\"" + FORGED + "\"},\"metadata\":{\"facts\":"
                        + "{\"payment\":\"" + FORGED
                        + "\"},\"created\":\"2020-01-01\"},\"messages\":[{\"role\":\"user\",\"content\":"
                        + "\"facts: {payment: " + FORGED + "}\"}]}";
        String query = "?facts=payment:" + FORGED + "&payment=" + FORGED;
        try (GatewayRig rig = GatewayRig.with()
                .toPort(1)
                .plugins(plugins)
                .accounts("{file: accounts.yaml}")
                .accountsFile(accounts)
                .filters("[{name: tell, type: telling}]")
                .start()) {
            String known = "facts {payment=" + PAYMENT + "} created 2026-01-12T08:30:00Z";
            assertThat(facts(rig, "sk-known", "", "", "{}")).contains(known);
            assertThat(facts(rig, "sk-known", query, fields, body))
                    .contains(known)
                    .doesNotContain(FORGED);
            assertThat(facts(rig, "sk-unlisted", query, fields, body))
                    .contains("facts {} created null")
                    .doesNotContain(FORGED);
        }
    }
}
