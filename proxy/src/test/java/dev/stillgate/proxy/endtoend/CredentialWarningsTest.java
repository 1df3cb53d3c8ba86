package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.config.Problem;
import dev.stillgate.proxy.validate.Validation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the warnings of {@code validate} about credential fields that a policy omits. */
class CredentialWarningsTest {
    @TempDir
    private Path directory;

    @Test
    void exampleOfSeveralProvidersLacksOnlyFilters() throws IOException {
        String page = Files.readString(Path.of("../config/docs/upstreams.md"));
        int begin = page.indexOf("```yaml\nversion: 1\n") + "```yaml\n".length();
        Files.writeString(directory.resolve("stillgate.yaml"), "hashing: {h1: a secret of the test}\n");
        Files.writeString(directory.resolve("policy.yaml"), page.substring(begin, page.indexOf("```", begin)));
        Validation.Result validation = Validation.of(directory.resolve("stillgate.yaml"), name -> null);
        assertThat(validation.errors()).isEmpty();
        assertThat(validation.warnings()).singleElement().asString().contains("no filter enforces");
    }

    private List<String> warnings(String host, String path, String places) throws IOException {
        return all(host, path, places).stream()
                .filter(warning -> warning.contains("is not listed"))
                .toList();
    }

    private List<String> all(String host, String path, String places) throws IOException {
        Files.writeString(directory.resolve("stillgate.yaml"), "hashing: {h1: a secret of the test}\n");
        Files.writeString(directory.resolve("policy.yaml"), """
                version: 1
                upstreams: [{name: model, endpoints: ["https://%s"]}]
                routes: [{path: %s, upstream: model}]
                accounts: {credential: [%s]}
                """.formatted(host, path, places));
        return Validation.of(directory.resolve("stillgate.yaml"), name -> null).warnings().stream()
                .map(Problem::toString)
                .toList();
    }

    @Test
    @DisplayName("engine A7: credential fields that a route's API uses and the policy omits are warned about")
    void unlistedPlacesAreWarnedAbout() throws IOException {
        assertThat(warnings("model.invalid", "/v1/", "x-api-key, bearer")).isEmpty();
        assertThat(warnings("model.invalid", "/v1/", "bearer"))
                .as("both APIs can use it")
                .isEmpty();
        assertThat(warnings("api.openai.com", "/v1/", "bearer")).isEmpty();
        assertThat(warnings("api.anthropic.com", "/v1/", "bearer"))
                .singleElement()
                .asString()
                .contains("policy.yaml:4:", "x-api-key is not listed: a key that a client of the Anthropic API sends");
        assertThat(warnings("model.invalid", "/v1/messages", "bearer")).hasSize(1);
        assertThat(warnings("model.invalid", "/v1/", "x-api-key"))
                .singleElement()
                .asString()
                .contains("bearer is not listed: a key that a client of the OpenAI API sends there");
        assertThat(warnings("model.invalid", "/v1/", "client-certificate")).hasSize(3);
        assertThat(warnings("model.invalid", "/v1/chat/", "api-key")).hasSize(1);
        assertThat(warnings("model.invalid", "/v1/other/", "api-key")).isEmpty();
    }

    @Test
    @DisplayName("engine A7: credentials of a cloud's clients that the policy omits are warned about")
    void unlistedPlacesOfCloudsAreWarnedAbout() throws IOException {
        String bedrock = "bedrock-runtime.us-east-1.amazonaws.com";
        assertThat(warnings(bedrock, "/model/", "bearer, aws-access-key")).isEmpty();
        assertThat(warnings(bedrock, "/model/", "bearer"))
                .singleElement()
                .asString()
                .contains("aws-access-key is not listed: a signed request to the Amazon Bedrock API has no account");
        assertThat(warnings(bedrock, "/model/", "x-api-key")).hasSize(2);
        String vertex = "us-east5-aiplatform.googleapis.com";
        assertThat(warnings(vertex, "/v1/projects/", "bearer")).isEmpty();
        assertThat(warnings(vertex, "/v1/projects/", "x-api-key"))
                .singleElement()
                .asString()
                .contains("bearer is not listed: a key that a client of the Vertex AI API sends there");
    }

    @Test
    @DisplayName("engine A1: a Host field that clients choose is warned about, except for Amazon's endpoints")
    void chosenHostIsWarnedAbout() throws IOException {
        String warning = "a client can choose the virtual host of the upstream \"model\"";
        String route = "/model/, host: preserve";
        assertThat(all("bedrock-runtime.us-east-1.amazonaws.com", route, "bearer"))
                .noneMatch(each -> each.contains(warning));
        assertThat(all("ingress.internal", route, "bearer")).anyMatch(each -> each.contains(warning));
        assertThat(all("ingress.internal", "/model/", "bearer")).noneMatch(each -> each.contains(warning));
        String withFallback = "bedrock-runtime.us-east-1.amazonaws.com\"], fallback: {upstream: other}}, {name: other,"
                + " endpoints: [\"https://ingress.internal";
        assertThat(all(withFallback, route, "bearer"))
                .anyMatch(each -> each.contains("can choose the virtual host of the upstream \"other\""));
    }
}
