package dev.stillgate.loadtests.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.loadtests.deploy.Chart.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operators' tokens in the objects of the Helm chart. */
class ChartOperatorsTest {
    /** Only hashes of tokens stand in the ConfigMap, and Prometheus has the token of the Secret. */
    @Test
    void operatorsReplaceTheTokenOfTheSecret(@TempDir Path directory) throws IOException {
        String readme = Files.readString(Chart.DIRECTORY.resolve("README.md"));
        int start = readme.indexOf("gateway:\n  admin:\n    token: null");
        String example = readme.substring(start, readme.indexOf("```", start));
        Path values = Files.writeString(
                directory.resolve("values.yaml"), example + "metrics: {serviceMonitor: {enabled: true}}\n");
        List<Node> objects = Chart.objects(Chart.render("stillgate", values));

        String config = String.valueOf(
                Chart.ofKind(objects, "ConfigMap").getFirst().map("data").get("stillgate.yaml"));
        Node admin = Chart.objects(config).getFirst().at("admin");
        assertThat(admin.find("token")).isNull();
        assertThat(admin.items("operators"))
                .extracting(each -> each.text("name") + " " + each.text("role"))
                .containsExactly("prometheus read", "ann admin");
        assertThat(admin.items("operators"))
                .allSatisfy(each -> assertThat(each.text("token")).startsWith("h:"));
        assertThat(config).doesNotContain("STILLGATE_ADMIN_TOKEN");
        Node credentials =
                Chart.ofKind(objects, "ServiceMonitor").getFirst().at("spec.endpoints.0.authorization.credentials");
        assertThat(credentials.text("name") + " " + credentials.text("key"))
                .isEqualTo("stillgate STILLGATE_ADMIN_TOKEN");
        assertThat(Chart.ofKind(objects, "Secret")).isEmpty();
    }
}
