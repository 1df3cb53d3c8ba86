package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.Http2Client;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests requests with credentials in several fields: only the metered one reaches the upstream. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class CredentialPlacesTest {
    private static final String[] FIELDS = {"authorization", "x-api-key", "api-key", "x-goog-api-key", "x-auth-token"};
    private static final String[] ALL = {
        "Authorization: Bearer in-bearer",
        "X-Api-Key: in-x-api-key",
        "Api-Key: in-api-key",
        "X-Goog-Api-Key: in-goog",
        "X-Auth-Token: in-token"
    };

    private static String passed(UpstreamScript upstream) throws IOException {
        UpstreamScript.Request seen = upstream.requests().getLast();
        StringBuilder all = new StringBuilder();
        for (String field : FIELDS) {
            seen.values(field).forEach(value -> all.append(field).append('=').append(value));
        }
        return all.toString();
    }

    private static String passed(String places, String request) throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .accounts("{credential: [" + places + "]}")
                        .start()) {
            assertThat(rig.ask(request).status()).isEqualTo(200);
            return passed(upstream);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        bearer            | authorization=Bearer in-bearer
        x-api-key         | x-api-key=in-x-api-key
        api-key           | api-key=in-api-key
        x-goog-api-key    | x-goog-api-key=in-goog
        bearer, x-goog-api-key | authorization=Bearer in-bearer
        x-api-key, bearer | x-api-key=in-x-api-key
        bearer, x-api-key | authorization=Bearer in-bearer
        api-key, bearer   | api-key=in-api-key
        """)
    @DisplayName("engine A7: of credentials in all known fields only the metered one is forwarded")
    void onlyTheMeteredCredentialIsForwarded(String places, String expected) throws IOException {
        assertThat(passed(places, Requests.messages(ALL))).isEqualTo(expected);
        assertThat(passed(places, Requests.post("/v1/blobs/1", "blob", ALL))).isEqualTo(expected);
    }

    @Test
    @DisplayName("engine A7: a credential in an unlisted field is not served as anonymous")
    void credentialInAnUnlistedPlaceIsDropped() throws IOException {
        assertThat(passed("bearer", Requests.messages("x-api-key: real", "api-key: real")))
                .isEmpty();
        assertThat(passed("x-api-key", Requests.messages("authorization: Bearer real")))
                .isEmpty();
        assertThat(passed("client-certificate", Requests.messages(ALL))).isEmpty();
    }

    @Test
    @DisplayName("engine A7: without a credential the listed fields are left to the upstream")
    void otherSchemeOfAListedFieldIsForwarded() throws IOException {
        assertThat(passed("x-api-key, bearer", Requests.messages("authorization: Basic dTpw", "api-key: real")))
                .isEqualTo("authorization=Basic dTpw");
    }

    @Test
    @DisplayName("engine A7: SDKs that send their key in two fields are served by the first listed field")
    void sdkWithTwoCredentialFieldsIsServed() throws IOException {
        String anthropic = Requests.messages("X-Api-Key: sk-1", "Authorization: Bearer sk-1", "anthropic-version: 1");
        assertThat(passed("x-api-key, bearer", anthropic)).isEqualTo("x-api-key=sk-1");
        String azure = Requests.chat("api-key: sk-2", "Authorization: Bearer sk-2");
        assertThat(passed("x-api-key, bearer", azure)).isEqualTo("authorization=Bearer sk-2");
        assertThat(passed("api-key, bearer", azure)).isEqualTo("api-key=sk-2");
    }

    private static String signed(String credential) {
        return "authorization: AWS4-HMAC-SHA256 " + credential + ", SignedHeaders=host;x-amz-date, Signature=0f";
    }

    @Test
    @DisplayName("engine A7: the account of a signed request is that of its access key, and its signature is forwarded")
    void accessKeyIsTheAccount() throws IOException {
        String one = "Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/bedrock/aws4_request";
        String later = "Credential=AKIAIOSFODNN7EXAMPLE/20260102/us-east-1/bedrock/aws4_request";
        String other = "Credential=AKIAIOSFODNN8EXAMPLE/20260101/us-east-1/bedrock/aws4_request";
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .accounts("{credential: [x-api-key, bearer, aws-access-key], required: true}")
                        .start()) {
            for (String credential : List.of(one, later, other)) {
                assertThat(rig.ask(Requests.messages(signed(credential))).status())
                        .isEqualTo(200);
                assertThat(passed(upstream))
                        .isEqualTo("authorization=" + signed(credential).substring(15));
            }
            assertThat(rig.ask(Requests.messages("authorization: Bearer AKIAIOSFODNN7EXAMPLE"))
                            .status())
                    .isEqualTo(200);
            assertThat(rig.ask(Requests.messages("authorization: Basic dTpw")).status())
                    .isEqualTo(401);
            List<String> accounts = rig.finish().stream()
                    .map(line -> line.replaceAll(".*\"account\":\"([^\"]*)\".*", "$1"))
                    .toList();
            assertThat(accounts.get(0)).startsWith("h1:").isEqualTo(accounts.get(1));
            assertThat(List.of(accounts.get(0), accounts.get(2), accounts.get(3), accounts.get(4)))
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void refusedPathIsOfTheAccountOfItsKey() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream)) {
            String key = "x-api-key: sk-1";
            rig.ask(Requests.messages(key));
            assertThat(rig.ask(Requests.get("/v1/nowhere", key)).status()).isEqualTo(404);
            assertThat(rig.ask(Requests.get("/v1//models", key)).status()).isEqualTo(400);
            assertThat(rig.ask(Requests.get("/v1/nowhere", key, key)).status()).isEqualTo(404);
            List<String> accounts = rig.finish().stream()
                    .map(line -> line.replaceAll(".*\"account\":\"([^\"]*)\".*", "$1"))
                    .toList();
            assertThat(accounts.get(0)).startsWith("h1:");
            assertThat(accounts).containsExactly(accounts.get(0), accounts.get(0), accounts.get(0), "anonymous");
            assertThat(upstream.requests()).hasSize(1);
        }
    }

    @Test
    @DisplayName("engine A7: no provider checks the signature of a refused path, so it is of no account")
    void refusedPathIsNotOfAClaimedAccount() throws IOException {
        String forged = signed("Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/bedrock/aws4_request");
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .accounts("{credential: [aws-access-key]}")
                        .start()) {
            assertThat(rig.ask(Requests.get("/v1/nowhere", forged)).status()).isEqualTo(404);
            assertThat(rig.finish().getFirst()).contains("\"account\":\"anonymous\"");
        }
    }

    private static String shortTerm(String query) {
        byte[] url = ("bedrock.amazonaws.com/?Action=CallWithBearerToken" + query).getBytes(StandardCharsets.US_ASCII);
        return "authorization: Bearer bedrock-api-key-" + Base64.getEncoder().encodeToString(url);
    }

    @Test
    @DisplayName("engine A7: short-term keys of Bedrock are of the account of the access key that signed them")
    void shortTermKeysAreOfOneAccount() throws IOException {
        String one = "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260101%2Fus-east-1%2Fbedrock%2Faws4_request";
        String other = "&X-Amz-Credential=AKIAIOSFODNN8EXAMPLE%2F20260101%2Fus-east-1%2Fbedrock%2Faws4_request";
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .accounts("{credential: [bearer, aws-access-key]}")
                        .start()) {
            List<String> credentials = List.of(
                    signed("Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/bedrock/aws4_request"),
                    shortTerm(one + "&X-Amz-Expires=1"),
                    shortTerm(one + "&X-Amz-Expires=2"),
                    shortTerm(other),
                    shortTerm(""),
                    "authorization: Bearer bedrock-api-key-(");
            for (String credential : credentials) {
                assertThat(rig.ask(Requests.messages(credential)).status()).isEqualTo(200);
                assertThat(passed(upstream)).isEqualTo("authorization=" + credential.substring(15));
            }
            assertThat(rig.ask(Requests.messages(shortTerm(one + other))).status())
                    .isEqualTo(401);
            List<String> accounts = rig.finish().stream()
                    .map(line -> line.replaceAll(".*\"account\":\"([^\"]*)\".*", "$1"))
                    .toList();
            assertThat(accounts.subList(1, 3)).containsOnly(accounts.get(0));
            assertThat(List.of(accounts.get(0), accounts.get(3), accounts.get(4), accounts.get(5)))
                    .doesNotHaveDuplicates();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Credential=",
                "Credential=short/20260101",
                "Credential=akiaiosfodnn7example/20260101",
                "Credential=AKIAIOSFODNN7EXAMPLE",
                "Credential=AKIAIOSFODNN7EXAMPLE/1, Credential=AKIAIOSFODNN8EXAMPLE/1",
                " Credential=AKIAIOSFODNN7EXAMPLE/1",
                "Credential=AKIAIOSFODNN7EXAMPLE/1, credential=AKIAIOSFODNN8EXAMPLE/1",
                "Credential=AKIAIOSFODNN7EXAMPLE/1, SignedHeaders=host",
                "Credential=AKIAIOSFODNN7EXAMPLE/1, SignedHeaders=host, Signature=0e",
                "Credential=AKIAIOSFODNN7EXAMPLE/1, Other=1",
                "SignedHeaders=host, Credential=AKIAIOSFODNN7EXAMPLE/1"
            })
    @DisplayName("engine A7: a signature that two readers could understand in two ways is refused")
    void ambiguousSignatureIsRefused(String credential) {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .accounts("{credential: [aws-access-key]}")
                        .start()) {
            assertThat(rig.ask(Requests.messages(signed(credential))).status()).isEqualTo(401);
            assertThat(rig.reason("credential-ambiguous")).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("engine A7: an HTTP/2 client's credentials follow the same rule")
    void http2FollowsTheSameRule() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .accounts("{credential: [bearer]}")
                        .start();
                Http2Client client = new Http2Client(rig.port())) {
            String[] fields = {
                "authorization", "Bearer junk", "x-api-key", "real", "api-key", "real", "x-goog-api-key", "a"
            };
            Http2Client.Response got = client.post(1, "/v1/messages", Requests.MESSAGES_BODY, fields)
                    .answer(1);
            assertThat(got.status()).isEqualTo(200);
            assertThat(passed(upstream)).isEqualTo("authorization=Bearer junk");
        }
    }

    @Test
    @DisplayName("engine A7: an api-key that is repeated, or named by Connection, is ambiguous")
    void ambiguousApiKeyIsRefused() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .accounts("{credential: [api-key]}")
                        .start()) {
            assertThat(rig.ask(Requests.messages("api-key: a", "api-key: b")).status())
                    .isEqualTo(401);
            assertThat(rig.ask(Requests.messages("Connection: api-key", "api-key: a"))
                            .status())
                    .isEqualTo(401);
            assertThat(rig.reason("credential-ambiguous")).isEqualTo(2);
        }
    }
}
